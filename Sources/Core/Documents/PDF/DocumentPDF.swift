import Dispatch

/// A document as PDF: A4, fonts embedded, tagged for screen readers, with an outline. The same document gives the same bytes.
public enum DocumentPDF {
    /// Rendering computes for 50 ms and more, which must not happen on Swift's cooperative pool. The queue runs as many at
    /// once as there are processors; each has fonts and surface of its own.
    private static let queue = DispatchQueue(label: "eu.obhut.documents", attributes: .concurrent)

    /// - Throws: `fontMissing` when the fonts are not installed, `writing` when Cairo fails, e.g. for want of memory.
    public static func render(_ document: Document) async throws(DocumentError) -> [UInt8] {
        let result = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(
                    returning: Result { () throws(DocumentError) in try PDFRenderer.render(document) })
            }
        }
        return try result.get()
    }
}
