import PluginKit

/// `{controller}` and its like in a script's texts.
enum Placeholders {
    static let everywhere: Set<String> = ["controller", "notice", "imprint", "stop", "age"]
    static let ofPurpose: Set<String> = ["purpose.title", "purpose.text"]
    /// The word that ends everything, in all languages.
    static let stopWord = "STOP"

    /// Names that stand in braces in a text, in order.
    static func names(in text: String) -> [String] {
        pieces(of: text).compactMap { piece in
            if case .name(let name) = piece { name } else { nil }
        }
    }

    /// Puts values in. What comes out of a value is not looked at again: a purpose's text may hold braces. A line with a placeholder for
    /// which there is no value is left out.
    static func fill(_ text: String, with values: [String: String]) -> String {
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var isWhole = true
            let filled = pieces(of: String(line)).map { piece in
                switch piece {
                case .text(let text): return text
                case .name(let name):
                    isWhole = isWhole && values[name] != nil
                    return values[name] ?? ""
                }
            }
            if isWhole { lines.append(filled.joined()) }
        }
        return lines.joined(separator: "\n")
    }

    static func values(
        _ terms: ConsentTerms, _ language: String, purpose: ConsentTerms.Purpose? = nil
    ) -> [String: String] {
        var values = ["controller": terms.controller, "stop": stopWord]
        values["imprint"] = terms.imprintURL
        values["age"] = terms.minimumAge.map(String.init)
        values["notice"] = text(terms.notice.texts, language)?.url
        if let text = purpose.flatMap({ self.text($0.texts, language) }) {
            values["purpose.title"] = text.title
            values["purpose.text"] = text.text
        }
        return values
    }

    /// A text in a language, or in one of its regions when there is none for all.
    static func text<Text>(_ texts: [String: Text], _ language: String) -> Text? {
        if let text = texts[language] { return text }
        let region = texts.keys.filter { $0.lowercased() == language || $0.lowercased().hasPrefix("\(language)-") }
            .min()
        return region.flatMap { texts[$0] }
    }

    private enum Piece {
        case text(String)
        case name(String)
    }

    private static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            pieces.append(.text(String(rest[..<open])))
            pieces.append(.name(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        pieces.append(.text(String(rest)))
        return pieces
    }
}
