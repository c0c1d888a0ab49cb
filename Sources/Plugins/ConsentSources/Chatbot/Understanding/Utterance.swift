import Foundation

/// A text in the form in which it is compared: small letters without accents, in words.
struct Utterance: Sendable, Hashable {
    /// Longer than any answer; of what is longer only this much is looked at, and it is never plain.
    static let limit = 120

    let words: [String]
    /// Whether nothing but words stands there, with commas, full stops and exclamation marks: no question, no doubt, no smile that turns
    /// the meaning over.
    let isPlain: Bool

    init(_ text: String) {
        let short = text.prefix(Self.limit)
        var words: [String] = []
        var word = ""
        var isPlain = short.endIndex == text.endIndex
        var last: Unicode.Scalar?
        for scalar in String(short).precomposedStringWithCanonicalMapping.lowercased()
            .decomposedStringWithCanonicalMapping.unicodeScalars
        {
            // Dots in a row say that something is left unsaid.
            if scalar == ".", last == "." { isPlain = false }
            last = scalar
            switch scalar {
            case _ where Self.accents.contains(scalar) && !word.isEmpty: continue
            case "'", "\u{2019}", "`", "\u{B4}": continue
            case "ł": word.unicodeScalars.append("l")
            case "ß": word += "ss"
            case "a"..."z", "0"..."9": word.unicodeScalars.append(scalar)
            default:
                if scalar.properties.isAlphabetic {
                    word.unicodeScalars.append(scalar)
                    continue
                }
                if !word.isEmpty { words.append(word) }
                word = ""
                isPlain = isPlain && (Self.harmless.contains(scalar) || scalar.properties.isWhitespace)
            }
        }
        if !word.isEmpty { words.append(word) }
        self.words = words
        self.isPlain = isPlain && !words.isEmpty
    }

    /// Grave, acute, circumflex, tilde, macron, breve, dot, diaeresis, ring, double acute, caron, cedilla, ogonek. No others: a yes that is
    /// struck through, by overlays that combine too, is none.
    private static let accents: Set<Unicode.Scalar> = [
        "\u{300}", "\u{301}", "\u{302}", "\u{303}", "\u{304}", "\u{306}", "\u{307}", "\u{308}", "\u{30A}", "\u{30B}",
        "\u{30C}", "\u{327}", "\u{328}",
    ]
    private static let harmless: Set<Unicode.Scalar> = [",", ".", "!", "\u{A1}"]

    var phrase: String { words.joined(separator: " ") }
}
