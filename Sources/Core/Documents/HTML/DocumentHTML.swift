/// A document as HTML: semantic elements with classes, every text escaped, and neither style nor script within, so that
/// it stands under a strict content security policy.
public enum DocumentHTML {
    public enum Form: Sendable, Hashable {
        /// A page of its own; `stylesheet` is the address of one, or nil.
        case page(stylesheet: String?)
        /// An `article` to put into a page. Its headings begin at `h2`.
        case fragment
    }

    public static func render(_ document: Document, as form: Form = .page(stylesheet: nil)) -> String {
        switch form {
        case .fragment:
            var writer = HTMLWriter()
            writeArticle(document, headings: 2, to: &writer)
            return writer.html
        case .page(let stylesheet):
            var writer = HTMLWriter()
            writer.raw("<!doctype html>\n")
            writer.element("html", ["lang": document.language.rawValue], breaks: true) { writer in
                writer.element("head", breaks: true) { writer in
                    writer.void("meta", ["charset": "utf-8"])
                    writer.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                    writer.line("title", "\(document.title) – \(document.reference)")
                    if let stylesheet { writer.void("link", ["rel": "stylesheet", "href": stylesheet]) }
                }
                writer.element("body", breaks: true) { writer in
                    writer.element("main", breaks: true) { writer in
                        writeArticle(document, headings: 1, to: &writer)
                    }
                }
            }
            return writer.html
        }
    }

    private static func writeArticle(_ document: Document, headings first: Int, to writer: inout HTMLWriter) {
        let attributes = ["class": "document", "lang": document.language.rawValue]
        writer.element("article", attributes, breaks: true) { writer in
            writer.element("header", breaks: true) { writer in
                writer.line("h\(first)", document.title)
                if let subtitle = document.subtitle { writer.line("p", ["class": "subtitle"], subtitle) }
                writer.line("p", ["class": "reference"], document.reference)
            }
            // A level that was left out would leave a gap for who goes from heading to heading (WCAG 1.3.1).
            var deepest = 0
            for block in document.blocks {
                if case .heading(let level, let number, let text) = block {
                    deepest = min(max(level, 1), deepest + 1)
                    write(heading: text, number: number, level: min(first + deepest, 6), to: &writer)
                } else {
                    write(block, in: document.language, to: &writer)
                }
            }
        }
    }

    private static func write(heading text: String, number: String?, level: Int, to writer: inout HTMLWriter) {
        writer.element("h\(level)") { writer in
            if let number {
                writer.element("span", ["class": "number"]) { $0.text(number) }
                writer.text(" ")
            }
            writer.text(text)
        }
        writer.raw("\n")
    }
}
