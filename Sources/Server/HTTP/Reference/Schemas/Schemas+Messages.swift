import Platform

extension Schemas {
    static let messages: [Component] = [
        (
            "Recipient",
            .oneOf([
                ("contact_id", .id), ("phone", .text(1...64)), ("bsuid", .text(1...256)),
                ("parent_bsuid", .text(1...256)), ("username", .text(1...256)),
            ])
        ),
        (
            "NewMessage",
            .object(
                [
                    .required("to", .named("Recipient")), .optional("channel_id", .id),
                    .optional("purpose", .text(1...64, pattern: "^[a-z][a-z0-9_-]*$")),
                    .optional("type", .oneOf(["text", "image", "video", "audio", "document", "sticker"])),
                    .optional("context", .object(.required("message_id", .id))),
                    .optional("text", .object(.required("body", .text(1...4096)), .optional("preview_url", .bool))),
                ]
                    + ["image", "video", "audio", "document", "sticker"].map {
                        .optional($0, .object([.required("id", .text(1...256))], isOpen: true))
                    })
        ),
        ("MessageReceipt", .object(.required("id", .id), .required("state", .oneOf(["accepted"])))),
        (
            "Message",
            .object(
                [
                    .required("id", .id), .required("conversation_id", .id), .required("contact_id", .id),
                    .required("channel_id", .id), .required("direction", .oneOf(["inbound", "outbound"])),
                    .required("state", .text()), .required("purpose", Schema.text().orNull), .required("type", .text()),
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
        ("MetaMessage", .object([.required("messaging_product", .oneOf(["whatsapp"]))], isOpen: true)),
        (
            "MetaReceipt",
            .object(
                .required("messaging_product", .text()), .required("contacts", .array(of: .anything)),
                .required(
                    "messages",
                    .array(of: .object(.required("id", .id), .required("message_status", .text())))))
        ),
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
                        .oneOf([
                            ("id", .id), ("phone", .text(1...64)), ("bsuid", .text(1...256)),
                            ("parent_bsuid", .text(1...256)), ("username", .text(1...256)),
                        ])), .optional("channel_id", .id), .optional("source", .text(1...64)),
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
    /// An object with exactly one of these members.
    fileprivate static func oneOf(_ members: [(String, Schema)]) -> Schema {
        Schema(["oneOf": .array(members.map { Schema.object(.required($0.0, $0.1)).json })])
    }
}
