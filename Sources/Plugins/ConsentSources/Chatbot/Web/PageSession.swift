import Crypto
import PluginKit

import struct Foundation.Date

/// What a page carries from one turn to the next, sealed: what the person did there. The dialogue has no chance and no clock in it, so it
/// is played again from that each time, and nothing else need be carried. Nothing is kept here before the person has agreed and goes on
/// to the messenger.
struct PageSession: Sendable, Hashable {
    /// Seconds. Whoever comes back later is asked anew.
    static let lifetime = 3600
    /// More than the dialogue has questions, each asked twice.
    static let moveLimit = 100

    enum Act: Sendable, Hashable {
        case opened
        /// - Parameter id: a button's.
        case pressed(id: String)
        case written(String)
    }

    struct Move: Sendable, Hashable {
        var act: Act
        var at: Date
    }

    /// What came of all moves.
    struct Played {
        /// Of the last move.
        var step: DialogueStep
        var language: String
        /// `granted`, at most one of each purpose.
        var agreed: [ConsentEventDraft] = []
        /// By which the next turn knows that the questions were those that it plays: SHA-256 over all that was said, in hex.
        var said: String
    }

    /// Tags, the most wanted first, as the first request told.
    var languages: [String]
    /// Where it was begun.
    var page: String
    var moves: [Move]
    /// What had been said before the last move; nil at the beginning.
    var said: String?

    /// - Returns: nil when something else would have been said by now than the person saw.
    func play(_ script: Script, _ setup: SourceSetup) -> Played? {
        var hash = SHA256()
        var played: Played?
        for (index, move) in moves.enumerated() {
            if index == moves.count - 1, let said, said != played?.said { return nil }
            if let played {
                guard case .asking = played.step.outcome else { return nil }
            }
            let turn = DialogueTurn(
                event: .message(move.act.content), state: played?.step.state, languages: languages, entry: "page",
                now: move.at)
            var dialogue = Dialogue(script: script, setup: setup, turn: turn, place: .page(page))
            let step = dialogue.step()
            for reply in step.replies { hash.update(data: reply.fields.encoded()) }
            var agreed = played?.agreed ?? []
            for event in step.events {
                agreed.removeAll { $0.purpose == event.purpose }
                if event.kind == .granted { agreed.append(event) }
            }
            played = Played(
                step: step, language: dialogue.state.language, agreed: agreed, said: Self.hexadecimal(hash.finalize()))
        }
        return played
    }

    private static func hexadecimal(_ digest: SHA256.Digest) -> String {
        let digits = Array("0123456789abcdef".utf8)
        let prefix = digest.prefix(12)
        return String(decoding: prefix.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}

extension PageSession.Act {
    var content: MessageContent {
        switch self {
        // Nothing was said.
        case .opened: MessageContent(type: "system", fields: [:])
        case .pressed(let id):
            MessageContent(
                type: "interactive", fields: ["type": "button_reply", "button_reply": ["id": .string(id)]])
        case .written(let text): .text(text)
        }
    }
}

extension PageSession {
    var json: JSON {
        let moves = moves.map { move -> JSON in
            let at = JSON.string(move.at.rfc3339)
            return switch move.act {
            case .opened: [at]
            case .pressed(let id): [at, "press", .string(id)]
            case .written(let text): [at, "write", .string(text)]
            }
        }
        return [
            "languages": .array(languages.map { .string($0) }), "page": .string(page), "moves": .array(moves),
            "said": said.map { .string($0) } ?? .null,
        ]
    }

    /// - Returns: nil for what `json` did not write.
    init?(_ json: JSON) {
        guard let languages = json["languages"]?.array?.compactMap(\.string), let page = json["page"]?.string,
            let moves = json["moves"]?.array, (1..<Self.moveLimit).contains(moves.count),
            let said = json["said"]?.string
        else { return nil }
        self.init(languages: languages, page: page, moves: [], said: said)
        for (index, move) in moves.enumerated() {
            let parts = (move.array ?? []).compactMap(\.string)
            guard let at = parts.first.flatMap(Date.init(rfc3339:)) else { return nil }
            switch (parts.count, parts.dropFirst().first) {
            case (1, _) where index == 0: self.moves.append(Move(act: .opened, at: at))
            case (3, "press") where index > 0: self.moves.append(Move(act: .pressed(id: parts[2]), at: at))
            case (3, "write") where index > 0: self.moves.append(Move(act: .written(parts[2]), at: at))
            default: return nil
            }
        }
    }
}
