public import PluginKit

public import struct Foundation.Date

extension Chatbot {
    /// Plays a script against what a person does. Nothing is sent or stored: for tests, and to see a set-up before it goes live.
    /// - Parameters:
    ///   - languages: tags that are likely the person's.
    ///   - start: when the first act is.
    public func preview(
        _ moves: [Transcript.Move], in setup: SourceSetup, languages: [String] = [], entry: String? = nil,
        agreed: Set<String> = [], from start: Date
    ) -> Transcript {
        var player = Player(chatbot: self, setup: setup, languages: languages, entry: entry, agreed: agreed, now: start)
        for (index, move) in moves.enumerated() { player.play(move, isFirst: index == 0) }
        return player.transcript
    }
}

private struct Player {
    let chatbot: Chatbot
    let setup: SourceSetup
    let languages: [String]
    let entry: String?
    var agreed: Set<String>
    var now: Date
    var state: JSON?
    var shown: [(id: String, title: String)] = []
    var until: Date?
    var transcript = Transcript()

    mutating func play(_ move: Transcript.Move, isFirst: Bool) {
        if !isFirst { now = now.addingTimeInterval(move.after) }
        let event: DialogueTurn.Event
        switch move.act {
        case .writes(let text): event = .message(.text(text))
        case .sends(let content): event = .message(content)
        case .presses(let title):
            guard let button = shown.last(where: { $0.title == title || $0.id.hasSuffix("/\(title)") }) else {
                return note(move.act, "no button \(title) is shown")
            }
            event = .message(
                MessageContent(
                    type: "interactive",
                    fields: [
                        "type": "button_reply",
                        "button_reply": ["id": .string(button.id), "title": .string(button.title)],
                    ]))
        case .isSilent:
            guard let until else { return note(move.act, "nobody waits for an answer") }
            now = until
            event = .silence
        }
        let step = chatbot.step(
            DialogueTurn(
                event: event, state: state, agreed: agreed, languages: languages, entry: entry,
                occurredAt: move.act == .isSilent ? nil : now, now: now), in: setup)
        state = step.state
        until = if case .asking(let until) = step.outcome { until } else { nil }
        for event in step.events {
            switch event.kind {
            case .granted, .confirmed: agreed.insert(event.purpose)
            case .refused, .withdrawn: agreed.remove(event.purpose)
            case .requested, .expired, .superseded: break
            }
        }
        for reply in step.replies {
            for button in reply.fields["action"]?["buttons"]?.array ?? [] {
                guard let id = button["reply"]?["id"]?.string, let title = button["reply"]?["title"]?.string else {
                    continue
                }
                shown.append((id, title))
            }
        }
        transcript.turns.append(
            .init(
                at: now, act: move.act, replies: step.replies, events: step.events, outcome: step.outcome,
                stateSize: step.state.encoded().count))
    }

    private mutating func note(_ act: Transcript.Act, _ problem: String) {
        let outcome = transcript.turns.last?.outcome ?? .leftAlone
        transcript.turns.append(
            .init(at: now, act: act, replies: [], events: [], outcome: outcome, stateSize: 0, problem: problem))
    }
}
