/// In which language a text is written, when that is plain.
enum LanguageGuess {
    /// - Parameter spoken: languages among which to choose; a text in another one must not be taken for one of these, so all count.
    static func language(of text: String, among spoken: [String]) -> String? {
        let utterance = Utterance(text)
        let phrase = utterance.phrase
        for language in spoken {
            guard let words = Words.all[language] else { continue }
            if words.isRequest(utterance.words, phrase) { return language }
        }
        let heard = Set(utterance.words)
        let points = Words.all.mapValues { words in
            heard.intersection(words.common).count + 2 * heard.intersection(words.typical).count
        }
        guard let best = points.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), best.value >= 2,
            points.allSatisfy({ $0.key == best.key || $0.value + 2 <= best.value || $0.value * 2 < best.value }),
            spoken.contains(best.key)
        else { return nil }
        return best.key
    }
}

extension Words {
    /// Whether a text is nothing but the wish for this language, in whatever language it is put.
    fileprivate func isRequest(_ words: [String], _ phrase: String) -> Bool {
        if language.contains(phrase) { return true }
        guard words.count > 1, words.count <= 5 else { return false }
        let polite = Set(Words.all.values.flatMap { $0.please + $0.thanks })
        return language.contains { name in
            let named = name.split(separator: " ").map(String.init)
            return (words.starts(with: named) && polite.contains(words.dropFirst(named.count).joined(separator: " ")))
                || (Array(words.suffix(named.count)) == named
                    && polite.contains(words.dropLast(named.count).joined(separator: " ")))
        }
    }
}
