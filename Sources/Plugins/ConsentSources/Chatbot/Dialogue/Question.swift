internal import Crypto
internal import PluginKit

/// A question as one person sees it: rendered the same whenever the same is asked, so that the state need not keep the text.
struct Question: Sendable, Hashable {
    /// What stands before the question.
    enum Opening: String, Sendable, CaseIterable {
        case greeting, plain, unclear, reminder
    }

    enum Act: Sendable, Hashable {
        case agree, decline
        case option(String)
    }

    struct Button: Sendable, Hashable {
        var act: Act
        var id: String
        var title: String
    }

    /// `step/purpose@version/language/opening`: what a button's id begins with, so that a press tells which text it stood under.
    let id: String
    let language: String
    let body: String
    let footer: String
    let buttons: [Button]
    let purpose: ConsentTerms.Purpose?

    init(
        _ step: Script.Step, _ purpose: ConsentTerms.Purpose?, _ language: String, _ opening: Opening, _ script: Script,
        _ terms: ConsentTerms
    ) {
        let values = Placeholders.values(terms, language, purpose: purpose)
        func fill(_ texts: [String: String]) -> String { Placeholders.fill(texts[language] ?? "", with: values) }
        let id = "\(step.id)/\(purpose.map { "\($0.name)@\($0.version)" } ?? "")/\(language)/\(opening.rawValue)"
        self.id = id
        self.language = language
        self.purpose = purpose
        let before =
            switch opening {
            case .greeting: fill(script.greeting)
            case .plain: ""
            case .unclear: fill(script.unclear)
            case .reminder: fill(script.reminder?.texts ?? [:])
            }
        body = Self.joined(before, fill(step.texts))
        footer = fill(step.footer)
        if step.kind == .choice {
            buttons = step.options.map {
                Button(act: .option($0.id), id: "\(id)/option/\($0.id)", title: fill($0.titles))
            }
        } else {
            buttons = [
                Button(act: .agree, id: "\(id)/agree", title: fill(step.agree)),
                Button(act: .decline, id: "\(id)/decline", title: fill(step.decline)),
            ]
        }
    }

    static func joined(_ opening: String, _ text: String) -> String {
        opening.isEmpty ? text : "\(opening)\n\n\(text)"
    }

    /// Cloud API, "interactive reply buttons messages".
    var content: MessageContent {
        var fields = JSONObject([("type", "button"), ("body", .object(JSONObject([("text", .string(body))])))])
        if !footer.isEmpty { fields["footer"] = .object(JSONObject([("text", .string(footer))])) }
        let buttons: [JSON] = buttons.map {
            ["type": "reply", "reply": ["id": .string($0.id), "title": .string($0.title)]]
        }
        fields["action"] = ["buttons": .array(buttons)]
        return MessageContent(type: "interactive", fields: .object(fields))
    }

    /// By which a later step knows that it renders what was shown: eight bytes of SHA-256, in hex.
    var digest: String {
        SHA256.hash(data: content.fields.encoded()).prefix(8).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0\(text)" : text
        }
        .joined()
    }
}
