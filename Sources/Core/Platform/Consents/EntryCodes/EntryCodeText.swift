/// The text of an entry code: fifty random bits as ten characters of Crockford's Base32, in two groups (`7K3F9-Q2MXA`).
enum EntryCodeText {
    static let length = 10
    /// Without I, L, O (too like 1 and 0) and U.
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    /// Characters of a message that are looked at; more than messengers let a person write at once.
    private static let lookLimit = 8192

    static func generate(using random: inout some RandomNumberGenerator) -> String {
        let symbols = (0..<length).map { _ in alphabet[Int.random(in: 0..<32, using: &random)] }
        return spelt(String(decoding: symbols, as: UTF8.self))
    }

    /// In the two groups in which people get it.
    static func spelt(_ canonical: String) -> String { "\(canonical.prefix(5))-\(canonical.dropFirst(5))" }

    /// Whatever in a text could be a code, in the one form that is looked up, in the order of the text: words, also several with
    /// nothing but blanks and dashes between, that together have ten characters of the alphabet. Case does not matter, and what
    /// looks like 1 or 0 counts as that.
    static func candidates(in text: String) -> [String] {
        let words = words(of: text)
        var found: [String] = []
        for start in words.indices {
            var candidate: [UInt8] = []
            for word in words[start...] {
                // What stands between breaks a code in two, except at its beginning.
                if !candidate.isEmpty, !word.continues { break }
                candidate += word.symbols
                if candidate.count > length || !word.isPlain { break }
                if candidate.count == length {
                    let code = String(decoding: candidate, as: UTF8.self)
                    if !found.contains(code) { found.append(code) }
                    break
                }
            }
        }
        return found
    }

    private struct Word {
        var symbols: [UInt8] = []
        /// Whether every character is one of a code.
        var isPlain = true
        /// Whether only blanks and dashes stand between it and the word before.
        var continues: Bool
    }

    private static func words(of text: String) -> [Word] {
        var words: [Word] = []
        var current: Word?
        var continues = false
        for scalar in text.unicodeScalars.prefix(lookLimit) {
            if isBreak(scalar) {
                if let word = current { words.append(word) }
                if current != nil { continues = true }
                current = nil
            } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                var word = current ?? Word(continues: continues)
                if let symbol = symbol(scalar) { word.symbols.append(symbol) } else { word.isPlain = false }
                // A word that is longer than a code is none; its rest is not kept.
                if word.symbols.count > length { word.isPlain = false }
                current = word
            } else if !isIgnored(scalar) {
                if let word = current { words.append(word) }
                current = nil
                continues = false
            }
        }
        if let word = current { words.append(word) }
        return words
    }

    private static func symbol(_ scalar: Unicode.Scalar) -> UInt8? {
        // Full-width forms, as keyboards in East Asia write them.
        let value = (0xFF01...0xFF5E).contains(scalar.value) ? scalar.value - 0xFEE0 : scalar.value
        guard value < 0x80 else { return nil }
        let byte = UInt8(value)
        let upper = (0x61...0x7A).contains(byte) ? byte - 0x20 : byte
        switch upper {
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return UInt8(ascii: "1")
        case UInt8(ascii: "O"): return UInt8(ascii: "0")
        default: return alphabet.contains(upper) ? upper : nil
        }
    }

    /// Blanks and dashes, of whatever width.
    private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.properties.generalCategory == .dashPunctuation
            || scalar.value == 0x2212
    }

    /// What is there without being seen: joiners, marks of direction.
    private static func isIgnored(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .format }
}
