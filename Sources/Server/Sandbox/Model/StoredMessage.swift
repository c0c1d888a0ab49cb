internal import PluginKit

/// One message between a number and a handset.
struct StoredMessage: Sendable, Equatable {
    enum Direction: String, Sendable {
        /// To the handset.
        case toHandset = "in"
        /// From the handset.
        case fromHandset = "out"
    }

    /// What is known of a message, in the order in which it comes about.
    enum State: String, Sendable, CaseIterable {
        case accepted, sent, delivered, read, failed

        var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    var id: String
    var direction: Direction
    var numberID: String
    var handsetKey: String
    var from: String
    var to: String
    var type: String
    /// The member named after the type.
    var content: JSON
    /// Milliseconds since 1970.
    var at: Int
    var opaque: String?
    var context: JSON?
    /// Addressed by user id, so that statuses do not betray a hidden phone number.
    var isByUserID = false
    var state: State

    var seconds: String { String(at / 1000) }

    var json: JSONObject {
        var object = JSONObject([
            ("id", .string(id)), ("direction", .string(direction.rawValue)), ("from", .string(from)),
            ("to", .string(to)),
            ("type", .string(type)), ("timestamp", .string(seconds)), ("state", .string(state.rawValue)),
        ])
        object[type] = content
        object["biz_opaque_callback_data"] = opaque.map { .string($0) }
        object["context"] = context
        return object
    }

    /// `json` with what only the journal needs, kept apart so that no message type can hide it.
    var journal: JSONObject {
        var object = JSONObject([
            ("id", .string(id)), ("direction", .string(direction.rawValue)), ("number", .string(numberID)),
            ("handset", .string(handsetKey)), ("from", .string(from)), ("to", .string(to)), ("type", .string(type)),
            ("content", content), ("at", JSON(integerLiteral: at)), ("by_user_id", .bool(isByUserID)),
            ("state", .string(state.rawValue)),
        ])
        object["opaque"] = opaque.map { .string($0) }
        object["context"] = context
        return object
    }
}

extension StoredMessage {
    init?(journal: JSON) {
        guard let id = journal["id"]?.string, let direction = journal["direction"]?.string.flatMap(Direction.init),
            let number = journal["number"]?.string, let handset = journal["handset"]?.string,
            let from = journal["from"]?.string, let to = journal["to"]?.string, let type = journal["type"]?.string,
            let content = journal["content"], let at = journal["at"]?.int,
            let state = journal["state"]?.string.flatMap(State.init)
        else { return nil }
        self.init(
            id: id, direction: direction, numberID: number, handsetKey: handset, from: from, to: to, type: type,
            content: content, at: at, opaque: journal["opaque"]?.string, context: journal["context"],
            isByUserID: journal["by_user_id"]?.bool ?? false, state: state)
    }
}
