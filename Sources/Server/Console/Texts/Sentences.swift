/// What the platform says when it refuses something, in the reader's language.
///
/// The platform speaks English. The English catalogue has its sentences as they are, under `refused.`, with `{name}` where
/// a value stands; the other catalogues say the same under the same key. Values that are words of the platform stand under
/// `refused.value.`. A sentence that no catalogue knows is quoted, and said to be the server's.
struct Sentences {
    private struct Pattern {
        let key: String
        /// What stands before, between and after the values.
        let literals: [Substring]
        let names: [String]

        init(key: String, text: String) {
            self.key = key
            var (literals, names, rest) = ([Substring](), [String](), text[...])
            while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
                literals.append(rest[..<start])
                names.append(String(rest[rest.index(after: start)..<end]))
                rest = rest[rest.index(after: end)...]
            }
            self.literals = literals + [rest]
            self.names = names
        }

        /// How much of it is fixed: of two that fit, the one with more says what is meant.
        var weight: Int { literals.reduce(0) { $0 + $1.utf8.count } }

        /// - Returns: the values of a sentence of this pattern; nil when it is of another.
        func values(in sentence: String) -> [String: String]? {
            guard let first = literals.first, let last = literals.last, sentence.hasPrefix(first) else { return nil }
            guard !names.isEmpty else { return sentence == first ? [:] : nil }
            var (rest, values) = (sentence.dropFirst(first.count), [String: String]())
            for (name, literal) in zip(names, literals.dropFirst()).dropLast() {
                guard let place = rest.firstRange(of: literal) else { return nil }
                values[name] = String(rest[..<place.lowerBound])
                rest = rest[place.upperBound...]
            }
            guard rest.hasSuffix(last), rest.count >= last.count, let name = names.last else { return nil }
            values[name] = String(rest.dropLast(last.count))
            return values.values.contains("") ? nil : values
        }
    }

    static let family = "refused."
    private static let valueFamily = "refused.value."

    private let sentences: [Pattern]
    private let values: [Pattern]
    private let words: Words

    /// - Parameters:
    ///   - english: by which a sentence is known.
    ///   - words: of the reader's language.
    init(_ english: Catalogue, _ words: Words) {
        let all = english.texts.filter { $0.key.hasPrefix(Self.family) && $0.key != Self.family + "other" }
            .map { Pattern(key: $0.key, text: $0.value) }
            .sorted { ($1.weight, $0.key) < ($0.weight, $1.key) }
        sentences = all.filter { !$0.key.hasPrefix(Self.valueFamily) }
        values = all.filter { $0.key.hasPrefix(Self.valueFamily) }
        self.words = words
    }

    func translated(_ text: String) -> String {
        if let known = find(text, sentences) { return known }
        let parts = Self.parts(of: text).map { find($0, sentences) }
        guard parts.count > 1, parts.allSatisfy({ $0 != nil }) else {
            return words(Self.family + "other", ["sentence": text])
        }
        return parts.compactMap { $0 }.joined(separator: " ")
    }

    private func find(_ text: String, _ patterns: [Pattern]) -> String? {
        for pattern in patterns {
            guard let found = pattern.values(in: text) else { continue }
            return words(pattern.key, found.mapValues(value))
        }
        return nil
    }

    /// A word of the platform's, or several of them; anything else as it is.
    private func value(_ text: String) -> String {
        if let known = find(text, values) { return known }
        let parts = text.split(separator: ", ").flatMap { $0.split(separator: " or ") }.map { find(String($0), values) }
        guard parts.count > 1, parts.allSatisfy({ $0 != nil }) else { return text }
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    /// Sentences that stand one after the other.
    private static func parts(of text: String) -> [String] {
        var (parts, rest) = ([String](), text[...])
        while let end = rest.firstRange(of: ". ") {
            parts.append(String(rest[..<end.lowerBound]) + ".")
            rest = rest[end.upperBound...]
        }
        return parts + [String(rest)]
    }
}

extension Console {
    /// A sentence of the platform's about something it refused, in the reader's language.
    public func say(platform sentence: String, in language: Language) -> String {
        guard language != .english, let english = catalogues[.english] else { return sentence }
        let catalogue = catalogues[language] ?? Catalogue(texts: [:])
        return Sentences(english, Words(language: language, catalogue: catalogue, zone: .gmt)).translated(sentence)
    }
}
