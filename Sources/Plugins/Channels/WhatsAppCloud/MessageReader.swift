import PluginKit

/// Reads elements of `value.messages`.
enum MessageReader {
    /// Types whose object must stand under their name, and what it must hold for the message to mean anything.
    private static let needed: [String: String] = [
        "text": "body", "image": "id", "video": "id", "audio": "id", "document": "id", "sticker": "id",
        "location": "latitude",
        "reaction": "message_id", "interactive": "type", "button": "text", "order": "catalog_id", "system": "type",
    ]

    static func events(_ message: JSON, _ contacts: [JSON], _ address: ChannelEvent.Address) -> [ChannelEvent] {
        func broken(_ reason: String) -> [ChannelEvent] { [.malformed(reason, address, message)] }
        guard let object = message.object else { return broken("a message is \(message.kind), not an object") }
        guard let id = object["id"]?.string, !id.isEmpty else { return broken("a message has no id") }
        guard let at = Envelope.time(object["timestamp"]) else {
            return broken("a message's timestamp is not a time in seconds")
        }
        guard let type = object["type"]?.string, !type.isEmpty else { return broken("a message has no type") }
        guard let sender = Person.sender(of: message, contacts: contacts) else {
            return broken("a message's sender is neither a number nor a business-scoped user id")
        }
        let fields = object[type] ?? .null
        if let name = needed[type], !isPresent(fields[name]) {
            return broken("a message of type \(type) has no \(type).\(name)")
        }
        if type == "contacts", fields.array == nil { return broken("a message of type contacts has no array contacts") }
        let content = MessageContent(type: type, fields: fields, context: context(object, type))
        let inbound = InboundMessage(providerID: id, sender: sender, content: content, opensWindow: type != "system")
        let event = ChannelEvent(
            address: address, kind: .message(inbound), occurredAt: at, deduplicationKey: "message:\(id)", raw: message)
        guard type == "system", let change = identityChange(fields, sender) else { return [event] }
        let changed = ChannelEvent(
            address: address, kind: change, occurredAt: at, deduplicationKey: "identity:\(id)", raw: message)
        return [event, changed]
    }

    private static func isPresent(_ json: JSON?) -> Bool {
        switch json {
        case nil, .null: false
        case .string(let text): !text.isEmpty
        default: true
        }
    }

    /// All that stands beside the content: the message answered, forwarding, the ad, the group, an error of an unsupported message.
    private static func context(_ object: JSONObject, _ type: String) -> JSON? {
        let own: Set<String> = [
            "id", "timestamp", "type", "from", "from_user_id", "from_parent_user_id", "context", type,
        ]
        let given = object["context"]?.object?.members ?? []
        let beside = object.members.filter { !own.contains($0.name) }
        let all = (given + beside).map { ($0.name, $0.value) }
        return all.isEmpty ? nil : .object(JSONObject(all))
    }

    /// `user_changed_number`: a new `wa_id`; `user_changed_user_id`: a new `user_id` (and with a changed number, both).
    private static func identityChange(_ system: JSON, _ sender: PersonReference) -> ChannelEvent.Kind? {
        guard let type = system["type"]?.string,
            ["user_changed_number", "user_changed_user_id", "customer_changed_number"].contains(type)
        else { return nil }
        var current: [Identity] = []
        if let number = (system["wa_id"] ?? system["new_wa_id"])?.string, Person.isWebhookNumber(number) {
            current.append(Identity(.phone, number))
        }
        if let user = (system["user_id"] ?? system["new_user_id"])?.string, Person.isUserID(user) {
            current.append(Identity(.businessScopedUser, user))
        }
        if let parent = (system["parent_user_id"])?.string, Person.isUserID(parent) {
            current.append(Identity(.parentBusinessScopedUser, parent))
        }
        return current.isEmpty ? nil : .identityChange(previous: sender.identities, current: current)
    }
}
