import Platform

extension Schemas {
    static let channels: [Component] = [
        (
            "Channel",
            .object(
                .required("id", .id), .required("plugin", .text()), .required("address", .text()),
                .required("display_address", Schema.text().orNull),
                .required("state", .oneOf(["active", "stopped", "disconnected"])), .optional("state_reason", .text()),
                .required("ingress_url", .text()), .required("created_at", .time),
                .required(
                    "connected_at", Schema.time.orNull.described("null while the messenger does not know of us.")),
                .required(
                    "secrets",
                    .array(of: .object(.required("name", .text()), .required("changed_at", .time)))
                        .described("When each secret was last given. They are never shown.")),
                .required("revision", .revision), .optional("connection", .named("ConnectionReport")))
        ),
        (
            "NewChannel",
            .object(
                .required("plugin", .text(1...64)), .required("configuration", values), .required("ingress", values),
                .maybe("dry_run", .bool))
        ),
        (
            "ChannelChange",
            .object(
                .maybe("configuration", values), .maybe("ingress", values),
                .maybe(
                    "overlap_minutes",
                    Schema.integer(ChannelChange.overlaps)
                        .described("How long the ingress's secrets from before hold too; 60 unless said otherwise.")))
        ),
        ("ChannelDisconnection", .object(.required("reason", .title(1000)))),
        (
            "ChannelMove",
            .object(.required("tenant", .id), .required("reason", .title(1000)))
        ),
        (
            "ConnectionReport",
            .object(
                .required(
                    "steps",
                    .array(
                        of: .object(
                            .required("name", .text()),
                            .required("state", .oneOf(["done", "unchanged", "planned", "failed"])),
                            .required("detail", .text()), .optional("remedy", .text())))))
        ),
        ("ChannelHealth", .object(healthFields + [.required("checked_at", .time)])),
        ("Health", .object(healthFields)),
        (
            "DeadLetter",
            .object(
                .required("message_id", .id), .required("attempts", .count),
                .required("fault", .object(.required("code", .text()), .required("message", .text()))),
                .required("dead_at", .time))
        ),
    ]

    private static let healthFields: [Schema.Field] = [
        .required("state", health),
        .required(
            "findings",
            .array(
                of: .object(.required("name", .text()), .required("state", health), .required("detail", .text())))),
    ]
    private static let health = Schema.oneOf(["healthy", "degraded", "unavailable"])
    private static let values = Schema.dictionary(of: .text()).described("Keys and values by the plugin's schema.")
}
