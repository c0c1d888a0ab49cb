public import PluginKit

/// Asks in the chat, before anything else is said there: who the controller is, what for, where the privacy notice is; agree, or not now.
///
/// The dialogue is a script, which is data: `Docs/chatbot.md`. What a person means by what they write is decided by lists of words alone.
public struct Chatbot: ConversingConsentSource {
    public init() {}

    public static let identity = "eu.obhut.chatbot"
    public static let version = "1.0.0"

    public var manifest: PluginManifest {
        PluginManifest(
            id: Self.identity, name: "chatbot", version: Self.version,
            summary:
                "Asks for consent in the chat, with buttons, in the person's language, before anything else is said.",
            capabilities: ["granted", "refused", "withdrawn", "dialogue"], dataFlows: [])
    }

    public var schema: ConfigurationSchema { ConfigurationSchema([]) }

    public func problems(in configuration: JSON, with terms: ConsentTerms) -> [ConsentRefusal] {
        Script.read(configuration, with: terms).problems
    }

    public func step(_ turn: DialogueTurn, in setup: SourceSetup) -> DialogueStep {
        // The platform stores no set-up in which there is a problem. Should one come all the same, nobody is asked anything wrong.
        guard case (let script?, let problems) = Script.read(setup.configuration, with: setup.terms), problems.isEmpty
        else {
            return DialogueStep(.leftAlone, state: turn.state ?? .null)
        }
        var dialogue = Dialogue(script: script, setup: setup, turn: turn)
        return dialogue.step()
    }
}
