import Foundation
import PluginKit
import TestSupport
import Testing

@testable import Chatbot

/// Whatever people do, in whatever order.
@Suite struct PropertyTests {
    private static let texts = [
        "ja", "Ja, bitte", "yes", "oui", "sí", "tak", "ok", "ok?", "jain", "ja, aber", "no ok", "nein", "non", "nie",
        "stop", "STOPP!",
        "Basta", "START", "Guten Tag, ich habe eine Frage", "Hello", "Bonjour, je voudrais un rendez-vous",
        "english please",
        "ich stimme zu", "I consent", "", "?", "👍", "\u{0}", "\\\"", "{controller}",
    ]
    private static let configurations: [JSON] = [
        [:], ["reminder": ["after_minutes": 60]], ["languages": ["de", "fr"]], ["wait_minutes": 1],
    ]

    @Test func `ten thousand random dialogues keep the rules`() throws {
        let seed = ProcessInfo.processInfo.environment["OBHUT_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        print("PropertyTests: OBHUT_SEED=\(seed)")
        var random = SeededGenerator(seed: seed)
        let terms = try ["service", "mixed", "health", "age"].map { try Fixture.terms($0) }
        var inputs = 0
        var outcomes: [String: Int] = [:]
        var granted = 0
        while inputs < 10_000 {
            let setup = SourceSetup(
                id: "s", version: .random(in: 1...3, using: &random),
                configuration: Self.configurations.randomElement(using: &random) ?? [:],
                terms: terms.randomElement(using: &random) ?? terms[0], channelAddress: nil)
            var dialogue = Walk(setup: setup)
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let step = dialogue.take(Self.event(dialogue, &random), &random)
                inputs += 1
                outcomes[step.outcome.word, default: 0] += 1
                granted += step.events.filter { $0.kind == .granted }.count
                if let wrong = dialogue.wrong {
                    Issue.record("seed \(seed): \(wrong)\n\(dialogue.history.joined(separator: "\n"))")
                    return
                }
            }
        }
        // Otherwise the walk has tried nothing.
        for word in ["asking", "admitted", "refused", "left_alone"] {
            #expect(outcomes[word, default: 0] > 100, "\(word)")
        }
        #expect(granted > 100)
    }

    private static func event(_ walk: Walk, _ random: inout SeededGenerator) -> DialogueTurn.Event {
        switch Int.random(in: 0..<20, using: &random) {
        case 0...8: return .message(.text(texts.randomElement(using: &random) ?? ""))
        case 9: return .message(.text(noise(&random)))
        case 10...13:
            guard let button = walk.buttons.randomElement(using: &random) else { return .message(.text("x")) }
            return press(button.id, button.title)
        case 14...15:
            guard let button = walk.buttons.last else { return .message(.text("x")) }
            return press(button.id, button.title)
        case 16: return press(noise(&random), "ja")
        case 17:
            return .message(MessageContent(type: "image", fields: ["id": "1", "caption": .string(noise(&random))]))
        case 18: return .message(MessageContent(type: "reaction", fields: ["emoji": "👍"]))
        default: return .silence
        }
    }

    private static func press(_ id: String, _ title: String) -> DialogueTurn.Event {
        .message(
            MessageContent(
                type: "interactive",
                fields: ["type": "button_reply", "button_reply": ["id": .string(id), "title": .string(title)]]))
    }

    private static func noise(_ random: inout SeededGenerator) -> String {
        let length = Int.random(in: 0...10, using: &random) == 0 ? 5_000 : Int.random(in: 0...30, using: &random)
        var text = ""
        for _ in 0..<length {
            let value = UInt32.random(in: 0...0x2FFFF, using: &random)
            text.unicodeScalars.append(Unicode.Scalar(value) ?? "\u{FFFD}")
        }
        return text
    }

    @Test(arguments: [
        JSON.null, [], "x", 1, [:], ["version": 1], ["version": "x", "status": "asking"], ["status": "admitted"],
    ])
    func `a state that is none begins anew, and admits nobody`(state: JSON) throws {
        let setup = SourceSetup(
            id: "s", version: 1, configuration: [:], terms: try Fixture.terms("service"), channelAddress: nil)
        let step = Chatbot().step(
            DialogueTurn(event: .message(.text("ja")), state: state, now: Fixture.start), in: setup)
        #expect(step.outcome == .asking(until: nil) && step.events.isEmpty && step.replies.count == 1)
    }

    @Test func `a state is read as it was written`() {
        var state = DialogueState(version: 3, language: "pl", heardAt: Fixture.start)
        #expect(DialogueState(state.json) == state)
        state.status = .left
        state.entry = "ad"
        state.step = "first"
        state.purpose = "service"
        state.shown = [.init(language: "de", opening: .reminder, digest: "00ff")]
        (state.unclear, state.switches, state.questions, state.beginnings) = (1, 2, 3, 4)
        (state.isReminded, state.isGreeted, state.isOldEnough) = (true, true, false)
        (state.agreed, state.declined, state.passedOver) = (["a"], ["b"], ["c"])
        #expect(DialogueState(state.json) == state)
    }

    @Test func `texts that changed under a question are asked afresh, and the old button agrees to nothing`() throws {
        var setup = SourceSetup(
            id: "s", version: 1, configuration: [:], terms: try Fixture.terms("service"), channelAddress: nil)
        var walk = Walk(setup: setup)
        var random = SeededGenerator(seed: 1)
        _ = walk.take(.message(.text("Hallo")), &random)
        setup.terms.purposes[0].texts["de"]?.text = "Alles."
        for version in [1, 2] {
            setup.version = version
            walk.setup = setup
            var other = walk
            let button = try #require(walk.buttons.first)
            let step = other.take(Self.press(button.id, button.title), &random)
            #expect(step.events.isEmpty && step.replies.count == 1)
            let shown = step.replies.first?.fields["body"]?["text"]?.string
            #expect(shown?.contains("Alles.") ?? false)
        }
    }

    @Test func `what was agreed to in the midst of a dialogue, and renewed since, is asked for again`() throws {
        var setup = SourceSetup(
            id: "s", version: 1, configuration: [:], terms: try Fixture.terms("mixed"), channelAddress: nil)
        var walk = Walk(setup: setup)
        var random = SeededGenerator(seed: 1)
        func asked(_ step: DialogueStep) -> String { step.replies.last?.fields["body"]?["text"]?.string ?? "" }
        let first = walk.take(.message(.text("Hallo")), &random)
        let agree = try #require(walk.buttons.first)
        let second = walk.take(Self.press(agree.id, agree.title), &random)
        let agreed = try #require(second.events.first)
        #expect(agreed.kind == .granted && asked(second) != asked(first))
        setup.version = 2
        walk.setup = setup
        for (holds, isAskedAgain) in [([agreed.purpose], false), ([], true)] as [(Set<String>, Bool)] {
            var other = walk
            other.agreed = holds
            let step = other.take(.message(.text("Hallo?")), &random)
            let text = try #require(setup.terms.purposes.first { $0.name == agreed.purpose }?.texts["de"]?.text)
            #expect(asked(step).contains(text) == isAskedAgain, "\(asked(step))")
        }
    }
}

/// A dialogue that is watched: it remembers what was shown and done, and finds what breaks a rule.
private struct Walk {
    var setup: SourceSetup
    var state: JSON?
    var now = Fixture.start
    var agreed: Set<String> = []
    var ever = false
    var shown: [MessageContent] = []
    var buttons: [(id: String, title: String, message: MessageContent)] = []
    var history: [String] = []
    var wrong: String?

    init(setup: SourceSetup) { self.setup = setup }

    mutating func take(_ event: DialogueTurn.Event, _ random: inout SeededGenerator) -> DialogueStep {
        now = now.addingTimeInterval(Double([0, 1, 5, 30, 3600, 40_000].randomElement(using: &random) ?? 1))
        let step = Chatbot().step(
            DialogueTurn(
                event: event, state: state, agreed: agreed, languages: ["de"],
                occurredAt: event == .silence ? nil : now,
                now: now), in: setup)
        history.append("\(event) -> \(step.outcome.word), \(step.events), \(step.replies.count)")
        for event in step.events where event.kind == .granted { judge(event, step, of: history.count) }
        judge(event, step)
        for event in step.events {
            if event.kind == .granted {
                agreed.insert(event.purpose)
                ever = true
            } else {
                agreed.remove(event.purpose)
            }
        }
        if step.outcome == .admitted, agreed.isEmpty { wrong = "admitted without an agreement" }
        if step.outcome == .refused, !agreed.isEmpty { wrong = "refused although something is agreed" }
        if step.state.encoded().count > 8_192 { wrong = "the state has \(step.state.encoded().count) bytes" }
        for reply in step.replies {
            shown.append(reply)
            for button in reply.fields["action"]?["buttons"]?.array ?? [] {
                buttons.append((button["reply"]?["id"]?.string ?? "", button["reply"]?["title"]?.string ?? "", reply))
            }
        }
        state = step.state
        return step
    }

    /// The evidence quotes the message whose button was pressed, or, of what was written, the question shown last.
    private mutating func judge(_ granted: ConsentEventDraft, _ step: DialogueStep, of count: Int) {
        let evidence = granted.evidence
        let questions = shown.filter { $0.type == "interactive" }
        let message: MessageContent?
        if evidence["act"] == "button_pressed" {
            message = questions.last { $0.fields["body"]?["text"] == evidence["text"] }
            let titles = (message?.fields["action"]?["buttons"]?.array ?? []).compactMap { $0["reply"]?["title"] }
            if titles.first != evidence["pressed"] { wrong = "the button does not agree" }
        } else {
            message = questions.last
            let answer = Understanding(
                evidence["written"]?.string ?? "", in: evidence["language"]?.string ?? ""
            ).answer
            let isPlain = answer == .consent || (answer == .yes && evidence["explicit"] == nil)
            if !isPlain { wrong = "what was written is no plain agreement" }
        }
        if message == nil || message?.fields["body"]?["text"] != evidence["text"] {
            wrong = "the text of the evidence was not what was shown"
        }
        if message?.fields["footer"]?["text"] != evidence["footer"] { wrong = "the footer is another" }
        guard let purpose = setup.terms.purposes.first(where: { $0.name == granted.purpose }) else {
            wrong = "there is no such purpose"
            return
        }
        let text = Placeholders.text(purpose.texts, evidence["language"]?.string ?? "")?.text ?? "?"
        if !(evidence["text"]?.string?.contains(text) ?? false) { wrong = "the purpose's text was not shown" }
        if purpose.isSpecialCategory, evidence["explicit"] != true {
            wrong = "a special category without explicit consent"
        }
        if setup.terms.minimumAge != nil, evidence["age_confirmed"] == nil { wrong = "nobody asked for the age" }
    }

    private mutating func judge(_ event: DialogueTurn.Event, _ step: DialogueStep) {
        if event == .silence, !step.events.isEmpty { wrong = "silence was taken for an act" }
        if step.events.filter({ $0.kind == .granted }).count > 1 { wrong = "one act agreed to two purposes" }
        if step.replies.filter({ $0.type == "interactive" }).count > 1 { wrong = "two questions at once" }
        if shown.isEmpty, !step.events.allSatisfy({ $0.kind == .refused }) { wrong = "an act before any question" }
    }
}
