import PluginKit

/// What lets the controller demonstrate what a person did (Art. 7(1) GDPR). Stored sealed.
struct Evidence {
    /// How the person acted.
    enum Act: Sendable, Hashable {
        case pressed(title: String)
        /// - Parameter understood: `agree`, `decline` or `stop`.
        case written(String, understood: String)
    }

    let setup: SourceSetup
    let language: String
    let place: Place
    let entry: String?
    let act: Act
    /// The question that stood there; nil for a stop word out of turn.
    let question: Question?
    let purpose: ConsentTerms.Purpose?
    let isExplicit: Bool
    /// Whether the person said before to be as old as the terms want.
    let isOldEnough: Bool
    let at: String

    /// Longer than any answer that is understood.
    private static let written = 200

    var json: JSON {
        var evidence = JSONObject()
        switch act {
        case .pressed(let title):
            evidence["act"] = "button_pressed"
            evidence["pressed"] = .string(title)
        case .written(let text, let understood):
            evidence["act"] = place == .chat ? "message_sent" : "answer_written"
            evidence["written"] = .string(String(text.prefix(Self.written)))
            evidence["understood"] = .string(understood)
        }
        if let question {
            evidence["text"] = .string(question.body)
            if !question.footer.isEmpty { evidence["footer"] = .string(question.footer) }
            evidence["buttons"] = .array(question.buttons.map { .string($0.title) })
        }
        if let purpose {
            evidence["text_version"] = .string("\(purpose.name)@\(purpose.version)")
            evidence["legal_basis"] = .string(purpose.legalBasis)
            if purpose.isSpecialCategory || isExplicit { evidence["explicit"] = .bool(isExplicit) }
        }
        var notice = JSONObject([("version", .string(setup.terms.notice.version))])
        if let text = Placeholders.text(setup.terms.notice.texts, language) {
            notice["url"] = .string(text.url)
            notice["sha256"] = text.hash.map { .string($0) }
        }
        evidence["notice"] = .object(notice)
        evidence["controller"] = .string(setup.terms.controller)
        evidence["language"] = .string(language)
        if let age = setup.terms.minimumAge, isOldEnough { evidence["age_confirmed"] = .number(String(age)) }
        evidence["chat"] = setup.channelAddress.map { .string($0) }
        if case .page(let page) = place { evidence["page"] = .string(page) }
        evidence["entry"] = .string(entry ?? "message")
        evidence["at"] = .string(at)
        evidence["source"] = .string("\(Chatbot.identity)@\(Chatbot.version)")
        evidence["setup"] = .string("\(setup.id)@\(setup.version)")
        return .object(evidence)
    }
}
