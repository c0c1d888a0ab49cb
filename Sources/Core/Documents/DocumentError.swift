/// Why a document could not be made into a PDF.
public enum DocumentError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A font that every page needs is not installed. Another one in its place would make pages that look different from
    /// one machine to the next.
    case fontMissing(family: String)
    /// The PDF writer reported a failure, in its words; they quote nothing of the document.
    case writing(String)

    public var description: String {
        switch self {
        case .fontMissing(let family):
            "the font \"\(family)\" is not installed; on Debian it is in the package \(PDFStyle.fontPackage)"
        case .writing(let why): "the PDF could not be written: \(why)"
        }
    }
}
