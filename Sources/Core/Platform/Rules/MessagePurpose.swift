public import PluginKit

/// What a message is for, as the gate goes by it.
public enum MessagePurpose {
    /// Answers and what somebody ordered or asked for.
    public static let service = "service"
    public static let marketing = "marketing"

    /// The purpose that the request states; without one, that of the template's category, and of anything else `service`.
    public static func of(stated: String?, _ content: MessageContent) -> String {
        of(stated: stated, GateQuestion.Content(content))
    }

    static func of(stated: String?, _ content: GateQuestion.Content) -> String {
        stated ?? (content.isAdvertising ? marketing : service)
    }
}

extension GateQuestion.Content {
    init(_ content: MessageContent) {
        self =
            content.type == "template"
            ? .template(category: content.fields["category"]?.string ?? "utility") : .freeForm
    }

    /// Whether the messenger counts it as advertising.
    var isAdvertising: Bool {
        switch self {
        case .freeForm: false
        case .template(let category): category.lowercased() == "marketing"
        }
    }
}
