extension Schemas {
    static let channels: [Component] = [
        (
            "Channel",
            .object(
                .required("id", .id), .required("plugin", .text()), .required("address", .text()),
                .required("display_address", Schema.text().orNull),
                .required("state", .oneOf(["active", "stopped", "disconnected"])), .optional("state_reason", .text()),
                .required("ingress_url", .text()), .required("created_at", .time),
                .required("revision", .revision))
        ),
        (
            "NewChannel",
            .object(
                .required("plugin", .text(1...64)), .required("configuration", values), .required("ingress", values))
        ),
        ("ChannelChange", .object(.maybe("configuration", values), .maybe("ingress", values))),
        (
            "Health",
            .object(
                .required("state", health),
                .required(
                    "findings",
                    .array(
                        of: .object(
                            .required("name", .text()), .required("state", health), .required("detail", .text())))))
        ),
        (
            "DeadLetter",
            .object(
                .required("message_id", .id), .required("attempts", .count),
                .required("fault", .object(.required("code", .text()), .required("message", .text()))),
                .required("dead_at", .time))
        ),
    ]

    private static let health = Schema.oneOf(["healthy", "degraded", "unavailable"])
    private static let values = Schema.dictionary(of: .text()).described("Keys and values by the plugin's schema.")
}
