/// What a message says: a type, and the fields of that type as JSON, e.g. `text` with `{"body": "Hello"}`.
///
/// Types and fields are named as in the Cloud API ("messages" reference), which other channels map onto. A type nobody
/// knows yet is held just the same, so that nothing a person wrote is lost.
public struct MessageContent: Sendable, Hashable {
    public var type: String
    /// The object that stands under the type's name; `.null` when the type has none.
    public var fields: JSON
    /// What the message answers or forwards (`message_id`, `forwarded`, `referred_product`), or the ad it came from.
    public var context: JSON?

    public init(type: String, fields: JSON, context: JSON? = nil) {
        self.type = type
        self.fields = fields
        self.context = context
    }

    public static func text(_ body: String) -> MessageContent {
        MessageContent(type: "text", fields: ["body": .string(body)])
    }

    /// `{"type": "text", "text": {…}, "context": {…}}`.
    public var json: JSON {
        var object = JSONObject([("type", .string(type))])
        if !fields.isNull { object[type] = fields }
        if let context { object["context"] = context }
        return .object(object)
    }

    /// Reads what `json` wrote.
    /// - Returns: nil when there is no `type`.
    public init?(json: JSON) {
        guard let type = json["type"]?.string else { return nil }
        self.init(type: type, fields: json[type] ?? .null, context: json["context"])
    }
}

extension MessageContent: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(type)(personal)" }
    public var customMirror: Mirror { Mirror(self, children: ["type": type]) }
}
