import Foundation
import PluginKit
import Synchronization

/// A consent source that asks in the chat, as small as can be: it wants to know which purposes it asks for, and a greeting in each
/// language of theirs. What it does in a dialogue, a test says; by itself it leaves people alone.
final class Asker: ConversingConsentSource {
    static let name = "asker"
    typealias Step = @Sendable (DialogueTurn, SourceSetup) -> DialogueStep

    private let script = Mutex<Step>({ _, _ in DialogueStep(.leftAlone) })
    private let heard = Mutex<[DialogueTurn]>([])

    /// The turns that were taken, in order.
    var turns: [DialogueTurn] { heard.withLock { $0 } }

    func play(_ step: @escaping Step) { script.withLock { $0 = step } }

    /// Asks whoever writes, admits who says yes, takes a no for one.
    func askPlainly() {
        play { turn, _ in
            switch turn.said {
            case "yes":
                DialogueStep(.admitted, replies: [.text("Thank you")], events: [turn.fact(.granted)])
            case "no":
                DialogueStep(.refused, replies: [.text("As you wish")], events: [turn.fact(.refused)], state: "no")
            case "start" where turn.state == "no": DialogueStep(.asking(until: nil), replies: [.text("Again?")])
            default:
                turn.state == "no"
                    ? DialogueStep(.refused, state: "no")
                    : DialogueStep(.asking(until: nil), replies: [.text("May we?")], state: "asked")
            }
        }
    }

    var manifest: PluginManifest {
        PluginManifest(
            id: "eu.obhut.test.asker", name: Self.name, version: "1.2.3", summary: "Asks, in tests.",
            capabilities: ["conversation"], dataFlows: [])
    }

    var schema: ConfigurationSchema { ConfigurationSchema([]) }

    func problems(in configuration: JSON, with terms: ConsentTerms) -> [ConsentRefusal] {
        Self.problems(in: configuration, with: terms)
    }

    func step(_ turn: DialogueTurn, in setup: SourceSetup) -> DialogueStep {
        heard.withLock { $0.append(turn) }
        return script.withLock { $0 }(turn, setup)
    }

    static func problems(in configuration: JSON, with terms: ConsentTerms) -> [ConsentRefusal] {
        var problems: [ConsentRefusal] = []
        let wanted = configuration["purposes"]?.array?.map { $0.string ?? "" } ?? []
        if wanted.isEmpty { problems.append(ConsentRefusal(field: "purposes", problem: "name at least one")) }
        for (place, name) in wanted.enumerated() {
            guard let purpose = terms.purposes.first(where: { $0.name == name }) else {
                problems.append(
                    ConsentRefusal(field: "purposes[\(place)]", problem: "the tenant asks for no such purpose"))
                continue
            }
            for language in purpose.texts.keys.sorted() where configuration["greeting"]?[language]?.string == nil {
                problems.append(ConsentRefusal(field: "greeting.\(language)", problem: "say hello in this language"))
            }
        }
        return problems
    }
}

extension DialogueTurn {
    /// What the person wrote; nil for silence.
    var said: String? {
        guard case .message(let content) = event else { return nil }
        return content.fields["body"]?.string ?? content.type
    }

    func fact(_ kind: ConsentEventKind, _ purpose: String = "service") -> ConsentEventDraft {
        ConsentEventDraft(
            kind: kind, purpose: purpose, occurredAt: occurredAt ?? now,
            evidence: ["act": "message_sent", "text": "May we?"])
    }
}

/// The same on a page.
struct SignPost: PublicConsentSource {
    static let name = "sign-post"

    var manifest: PluginManifest {
        PluginManifest(
            id: "eu.obhut.test.sign-post", name: Self.name, version: "1.0.0", summary: "Stands on a page, in tests.",
            capabilities: ["page"], dataFlows: [])
    }

    var schema: ConfigurationSchema { ConfigurationSchema([]) }
    var files: [String: PublicFile] { [:] }

    func problems(in configuration: JSON, with terms: ConsentTerms) -> [ConsentRefusal] {
        Asker.problems(in: configuration, with: terms)
    }

    func answer(_ request: PublicRequest, for setup: SourceSetup, by host: any ConsentSourceHost) async throws
        -> PublicAnswer
    {
        .notFound
    }
}
