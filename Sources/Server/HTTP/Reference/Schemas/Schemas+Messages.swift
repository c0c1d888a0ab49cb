import Platform
import PluginKit

extension Schemas {
    static let messages: [Component] = [
        (
            "Recipient",
            .oneOf([("contact_id", .id)] + addresses)
        ),
        ("NewMessage", .choice(SendingService.types.map(newMessage))),
        ("MessageReceipt", .object(.required("id", .id), .required("state", .oneOf(["accepted"])))),
        (
            "Message",
            .object(
                [
                    .required("id", .id), .required("conversation_id", .id), .required("contact_id", .id),
                    .required("channel_id", .id), .required("direction", .oneOf(["inbound", "outbound"])),
                    .required("state", .text()), .required("purpose", Schema.text().orNull),
                    .required("special_category", .bool), .required("type", .text()),
                    .required("provider_message_id", Schema.text().orNull), .required("occurred_at", .time),
                    .required("created_at", .time),
                    .optional(
                        "fault",
                        .object(
                            .required("code", .text()), .required("message", .text()),
                            .required("remedy", Schema.text().orNull))),
                    .required(
                        "stages", .array(of: .object(.required("stage", .text()), .required("occurred_at", .time)))),
                ], isOpen: true
            ).described("What it says stands under the name of its type.")
        ),
        (
            "Conversation",
            .object(
                .required("id", .id), .required("contact_id", .id), .required("channel_id", .id),
                .required("last_inbound_at", Schema.time.orNull), .required("window_closes_at", Schema.time.orNull),
                .required("last_message_at", Schema.time.orNull))
        ),
        (
            "ChannelEvent",
            .object(
                .required("id", .id), .required("channel_id", .id), .required("kind", .text()),
                .required("field", .text()), .required("outcome", .text()), .required("reason", Schema.text().orNull),
                .required("occurred_at", Schema.time.orNull), .required("received_at", .time),
                .required("raw", .anything))
        ),
        ("MetaMessage", .choice(SendingService.types.map(metaMessage))),
        (
            "MetaReceipt",
            .object(
                .required("messaging_product", .text()), .required("contacts", .array(of: .anything)),
                .required(
                    "messages",
                    .array(of: .object(.required("id", .id), .required("message_status", .text())))))
        ),
    ]

    /// A message of one type has that type's object and no other's.
    private static func newMessage(_ type: String) -> Schema {
        let own = content(of: type)
        return .object(
            .required("to", .named("Recipient")), .maybe("channel_id", .id),
            .maybe("purpose", .text(1...64, pattern: "^[a-z][a-z0-9_-]*$")),
            type == "text" ? .maybe("type", .oneOf([type])) : .required("type", .oneOf([type])),
            .maybe("context", .object(.required("message_id", .id))), .required(type, own))
    }

    /// As Meta has it, who passes over what it does not know.
    private static func metaMessage(_ type: String) -> Schema {
        Schema.object(
            [
                .required("messaging_product", .oneOf(["whatsapp"])), .maybe("recipient_type", .oneOf(["individual"])),
                .maybe("to", .text(1...64)), .maybe("recipient", .text(1...160)),
                type == "text" ? .maybe("type", .oneOf([type])) : .required("type", .oneOf([type])),
                .maybe("context", .object([.required("message_id", .text())], isOpen: true)),
                .optional("status", Schema(["type": "null"])), .required(type, content(of: type)),
            ], isOpen: true
        ).withAny(of: ["to", "recipient"])
    }

    /// More members are passed on as Meta names them.
    private static func content(of type: String) -> Schema {
        type == "text"
            ? .object(
                [.required("body", .text(1...SendingService.textLimit)), .optional("preview_url", .bool)], isOpen: true)
            : .object([.required("id", .text(1...Int.max))], isOpen: true)
    }

    /// What is an address of a kind, the channel plugin decides.
    private static let addresses: [(String, Schema)] = [
        ("phone", .text(1...64, example: "+49 151 23456789")), ("bsuid", .text(1...160)),
        ("parent_bsuid", .text(1...160)), ("username", .text(1...256)),
    ]

    static let contacts: [Component] = [
        (
            "Contact",
            .object(
                .required("id", .id), .required("name", Schema.text().orNull),
                .required(
                    "addresses",
                    .array(
                        of: .object(
                            .required("channel_plugin", .text()), .required("kind", .text()),
                            .required("address", .text()), .required("retired_at", Schema.time.orNull)))),
                .required("created_at", .time), .required("erased_at", Schema.time.orNull))
        ),
        ("Consent", .object(consent)),
        ("ConsentRecord", .object([.required("id", .id)] + consent)),
        (
            "NewConsent",
            .object(
                [
                    .required(
                        "contact",
                        .oneOf([("id", .id)] + addresses)), .maybe("channel_id", .id), .maybe("source", .text(1...64)),
                ], isOpen: true
            ).described("The other fields are the consent source's.")
        ),
    ]

    private static let consent: [Schema.Field] = [
        .required("contact_id", .id), .required("channel_id", .id), .required("purpose", .text()),
        .required("state", .oneOf(ConsentState.allCases.map(\.rawValue))), .required("since", Schema.time.orNull),
        .required("expires_at", Schema.time.orNull),
    ]
}

extension Schema {
    /// At least one of these members must be there.
    fileprivate func withAny(of names: [String]) -> Schema {
        var object = json.object ?? JSONObject()
        object["anyOf"] = .array(names.map { ["required": [.string($0)]] })
        return Schema(.object(object))
    }

    fileprivate static func choice(_ schemas: [Schema]) -> Schema { Schema(["oneOf": .array(schemas.map(\.json))]) }

    /// An object with exactly one of these members.
    fileprivate static func oneOf(_ members: [(String, Schema)]) -> Schema {
        Schema(["oneOf": .array(members.map { Schema.object(.required($0.0, $0.1)).json })])
    }
}
