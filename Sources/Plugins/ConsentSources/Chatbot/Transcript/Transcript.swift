public import PluginKit

public import struct Foundation.Date
public import struct Foundation.TimeInterval

/// A dialogue as it was, or as it would be: who said what, what was recorded, and how it stood afterwards.
public struct Transcript: Sendable {
    /// What a person does.
    public enum Act: Sendable, Hashable {
        case writes(String)
        /// A button by its title, as it was last shown; `agree` and `decline` press those of the open question in any language.
        case presses(String)
        case sends(MessageContent)
        /// Says nothing until the dialogue asks again.
        case isSilent
    }

    /// An act, and how many seconds after the one before.
    public struct Move: Sendable, Hashable {
        public var act: Act
        public var after: TimeInterval

        public init(_ act: Act, after: TimeInterval = 60) {
            self.act = act
            self.after = after
        }
    }

    /// What came of one act.
    public struct Turn: Sendable {
        public var at: Date
        public var act: Act
        public var replies: [MessageContent]
        public var events: [ConsentEventDraft]
        public var outcome: DialogueStep.Outcome
        /// Bytes that the state takes.
        public var stateSize: Int
        /// What could not be done: a button that is not shown, a silence that nobody waits for.
        public var problem: String?
    }

    public var turns: [Turn] = []
}

extension Transcript: CustomStringConvertible {
    /// As a person would read it. Holds what was written: a preview is played with made-up people.
    public var description: String {
        turns.map { turn in
            var lines = ["> \(turn.act.words)"]
            lines += turn.replies.map(\.words)
            lines += turn.events.map { "! \($0.kind.rawValue) \($0.purpose)" }
            if let problem = turn.problem { lines.append("? \(problem)") }
            lines.append("= \(turn.outcome.word)")
            return lines.joined(separator: "\n")
        }
        .joined(separator: "\n\n")
    }

    /// The same for a page or a command.
    public var json: JSON {
        .array(
            turns.map { turn in
                var object = JSONObject([
                    ("at", .string(turn.at.rfc3339)), ("person", .string(turn.act.words)),
                    ("replies", .array(turn.replies.map(\.json))),
                    (
                        "events",
                        .array(
                            turn.events.map {
                                [
                                    "kind": .string($0.kind.rawValue), "purpose": .string($0.purpose),
                                    "evidence": $0.evidence,
                                ]
                            })
                    ),
                    ("outcome", .string(turn.outcome.word)),
                ])
                object["problem"] = turn.problem.map { .string($0) }
                return .object(object)
            })
    }
}

extension DialogueStep.Outcome {
    /// `asking`, `admitted`, `refused`, `left_alone`.
    public var word: String {
        switch self {
        case .asking: "asking"
        case .admitted: "admitted"
        case .refused: "refused"
        case .leftAlone: "left_alone"
        }
    }
}

extension Transcript.Act {
    /// `{"writes": "Hello"}`, `{"presses": "agree"}`, `{"sends": {"type": "image", …}}`, `{"is": "silent"}`.
    /// - Returns: nil for anything else.
    public init?(json: JSON) {
        if let text = json["writes"]?.string {
            self = .writes(text)
        } else if let title = json["presses"]?.string {
            self = .presses(title)
        } else if let content = json["sends"].flatMap({ MessageContent(json: $0) }) {
            self = .sends(content)
        } else if json["is"] == "silent" {
            self = .isSilent
        } else {
            return nil
        }
    }

    var words: String {
        switch self {
        case .writes(let text): text
        case .presses(let title): "[\(title)]"
        case .sends(let content): "(\(content.type))"
        case .isSilent: "…"
        }
    }
}

extension MessageContent {
    fileprivate var words: String {
        if let text = fields["body"]?.string { return text }
        let buttons = (fields["action"]?["buttons"]?.array ?? []).compactMap { $0["reply"]?["title"]?.string }
        return
            ([fields["body"]?["text"]?.string, fields["footer"]?["text"]?.string].compactMap { $0 }
            + [buttons.map { "[\($0)]" }.joined(separator: " ")]).joined(separator: "\n")
    }
}
