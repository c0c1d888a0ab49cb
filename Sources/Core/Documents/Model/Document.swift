public import struct Foundation.Date

/// What people read, keep and sign, as a value: the same one becomes a web page (`DocumentHTML`) and a PDF (`DocumentPDF`).
///
/// It knows no layout. Whoever makes one writes what it says, and numbers what it numbers: clauses keep their numbers
/// in both renderings.
public struct Document: Sendable, Hashable {
    public var title: String
    /// A line below the title, e.g. what law it follows; nil for none.
    public var subtitle: String?
    public var language: DocumentLanguage
    /// What the document is filed under; stands at the top of every page.
    public var reference: String
    /// Who issued it; goes into the PDF's metadata.
    public var author: String
    /// When the document was made. It stands in the PDF's metadata in place of the time of rendering, so that a PDF can be
    /// made again, byte for byte.
    public var created: Date
    public var blocks: [Block]

    public init(
        title: String, subtitle: String? = nil, language: DocumentLanguage, reference: String, author: String,
        created: Date, blocks: [Block]
    ) {
        self.title = title
        self.subtitle = subtitle
        self.language = language
        self.reference = reference
        self.author = author
        self.created = created
        self.blocks = blocks
    }
}

/// The languages that a document's own words (`Page 3 of 12`) exist in.
public enum DocumentLanguage: String, Sendable, Hashable, Codable, CaseIterable {
    case german = "de"
    case english = "en"

    func page(_ number: Int, of count: Int) -> String {
        switch self {
        case .german: "Seite \(number) von \(count)"
        case .english: "Page \(number) of \(count)"
        }
    }

    /// Stands under the line that is signed on.
    var placeAndDate: String {
        switch self {
        case .german: "Ort, Datum"
        case .english: "Place, date"
        }
    }

    var signature: String {
        switch self {
        case .german: "Unterschrift"
        case .english: "Signature"
        }
    }
}
