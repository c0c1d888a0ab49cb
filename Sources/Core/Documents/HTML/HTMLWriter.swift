/// Writes elements and text. Names of elements and attributes are the code's own; every value is escaped here.
struct HTMLWriter {
    private(set) var html = ""

    /// Only for what the code itself wrote.
    mutating func raw(_ html: StaticString) {
        self.html += html.description
    }

    /// Line breaks within the text become `<br>`.
    mutating func text(_ text: String) {
        for (index, line) in text.printable.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if index > 0 { html += "<br>" }
            append(escaped: String(line))
        }
    }

    /// - Parameter breaks: Whether the element's content begins and ends with a line break, for the reader of the source.
    mutating func element(
        _ name: String, _ attributes: [String: String] = [:], breaks: Bool = false,
        _ content: (inout HTMLWriter) -> Void
    ) {
        open(name, attributes)
        if breaks { html += "\n" }
        content(&self)
        html += "</\(name)>"
        if breaks { html += "\n" }
    }

    /// An element with text alone, on a line of its own.
    mutating func line(_ name: String, _ attributes: [String: String], _ text: String) {
        element(name, attributes) { $0.text(text) }
        html += "\n"
    }

    mutating func line(_ name: String, _ text: String) {
        line(name, [:], text)
    }

    /// An element that has no content and no end tag.
    mutating func void(_ name: String, _ attributes: [String: String]) {
        open(name, attributes)
        html += "\n"
    }

    private mutating func open(_ name: String, _ attributes: [String: String]) {
        html += "<\(name)"
        // Sorted, so that the same document gives the same bytes.
        for (attribute, value) in attributes.sorted(by: { $0.key < $1.key }) {
            html += " \(attribute)=\""
            append(escaped: value.printable)
            html += "\""
        }
        html += ">"
    }

    private mutating func append(escaped text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            case "'": html += "&#39;"
            default: html.unicodeScalars.append(scalar)
            }
        }
    }
}
