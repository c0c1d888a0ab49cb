/// What a person means by a text, as far as it is plain.
enum Answer: Sendable, Hashable {
    case yes
    /// Yes in words of its own, such as "I agree": enough for explicit consent.
    case consent
    case no
    case stop
    case start
    /// - Parameter toQuestion: whether it speaks of the question, as "yes, but" does, rather than of something else.
    case unclear(toQuestion: Bool)
}

/// Reads an answer off the lists of words. A negation or a question is never a yes.
struct Understanding: Sendable, Hashable {
    let answer: Answer
    /// The language whose words were used; nil when unclear.
    let language: String?

    /// - Parameters:
    ///   - language: the dialogue's: its words count first, and what means something else in it is no foreign answer.
    ///   - known: languages whose words count; a word in any of them is understood, also one that the set-up does not speak.
    init(_ text: String, in language: String, known: [String: Words] = Words.all) {
        let utterance = Utterance(text)
        guard utterance.isPlain else {
            self.init(unclear: utterance, known)
            return
        }
        if let own = known[language], let answer = own.answer(utterance.words) {
            self.init(answer: answer, language: language)
            return
        }
        let friends = known[language]?.falseFriends ?? []
        let phrase = utterance.phrase
        var found: [(language: String, answer: Answer)] = []
        for (other, words) in known.sorted(by: { $0.key < $1.key }) where other != language {
            guard !friends.contains(phrase), !utterance.words.contains(where: friends.contains),
                let answer = words.answer(utterance.words)
            else { continue }
            found.append((other, answer))
        }
        // Two languages that disagree make nothing plain.
        guard let first = found.first, found.allSatisfy({ $0.answer == first.answer }) else {
            self.init(unclear: utterance, known)
            return
        }
        // "Si" is Spanish and Italian: understood, but no reason to speak either.
        self.init(answer: first.answer, language: found.count == 1 ? first.language : nil)
    }

    private init(answer: Answer, language: String?) {
        self.answer = answer
        self.language = language
    }

    private init(unclear utterance: Utterance, _ known: [String: Words]) {
        let speaksOfIt =
            utterance.words.count <= 8
            && utterance.words.contains { word in
                Words.hedges.contains(word)
                    || known.values.contains {
                        $0.yes.contains(word) || $0.no.contains(word) || $0.consent.contains(word)
                            || $0.stop.contains(word)
                    }
            }
        self.init(answer: .unclear(toQuestion: speaksOfIt), language: nil)
    }
}

extension Words {
    /// - Parameter words: an utterance's, all of them.
    func answer(_ words: [String]) -> Answer? {
        if let answer = exact(words.joined(separator: " ")) { return answer }
        for (phrases, isThanks) in [(please, false), (thanks, true)] {
            for phrase in phrases {
                let polite = phrase.split(separator: " ").map(String.init)
                for rest in [Self.dropping(polite, before: words), Self.dropping(polite, after: words)] {
                    guard let rest, let answer = exact(rest.joined(separator: " ")) else { continue }
                    if isThanks, answer == .yes, rest.contains(where: { $0 == "ok" || $0 == "okay" }) { continue }
                    return answer
                }
            }
        }
        return nil
    }

    private func exact(_ phrase: String) -> Answer? {
        if stop.contains(phrase) { return .stop }
        if no.contains(phrase) { return .no }
        if consent.contains(phrase) { return .consent }
        if yes.contains(phrase) { return .yes }
        if start.contains(phrase) { return .start }
        return nil
    }

    private static func dropping(_ polite: [String], before words: [String]) -> [String]? {
        words.count > polite.count && words.starts(with: polite) ? Array(words.dropFirst(polite.count)) : nil
    }

    private static func dropping(_ polite: [String], after words: [String]) -> [String]? {
        words.count > polite.count && Array(words.suffix(polite.count)) == polite
            ? Array(words.dropLast(polite.count)) : nil
    }
}
