import PluginKit

/// What a page is told.
struct PageAnswer: Sendable {
    var messages: [JSON]
    let outcome: String
    let texts: PageTexts
    let controller: String
    var hasWords = true
    /// For the next turn; nil when there is none.
    var state: String?
    /// How it goes on in the messenger.
    var goOn: JSON?

    init(_ step: DialogueStep, _ texts: PageTexts, _ terms: ConsentTerms) {
        self.texts = texts
        controller = terms.controller
        outcome = step.outcome.word
        messages = step.replies.map { reply in
            guard reply.type == "interactive" else { return ["text": reply.fields["body"] ?? ""] }
            var message = JSONObject([("text", reply.fields["body"]?["text"] ?? "")])
            message["footer"] = reply.fields["footer"]?["text"]
            message["buttons"] = .array((reply.fields["action"]?["buttons"]?.array ?? []).compactMap { $0["reply"] })
            return .object(message)
        }
    }

    mutating func say(_ text: String) { messages.append(["text": .string(text)]) }

    var json: JSON {
        var object = JSONObject([
            ("outcome", .string(outcome)), ("language", .string(texts.language)),
            ("dir", LanguageTag.isRightToLeft(texts.language) ? "rtl" : "ltr"), ("controller", .string(controller)),
            ("messages", .array(messages)),
        ])
        if hasWords { object["words"] = texts.json }
        object["state"] = state.map { .string($0) }
        object["go_on"] = goOn
        return .object(object)
    }
}

extension PublicAnswer {
    static let beginAgain = PublicAnswer.problem(
        status: 409, code: "begin_again", title: "Conflict",
        detail:
            "What was asked here is too old, was asked elsewhere, or reads otherwise by now. Begin again without state."
    )
}
