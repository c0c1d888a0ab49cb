extension Schemas {
    static let installation: [Component] = [
        (
            "Region",
            .object(
                .required("id", .text()), .required("country", .country), .required("place", .text()),
                .required("operator", .text()), .required("operator_parent", Schema.text().orNull),
                .required("operator_parent_country", Schema.text().orNull),
                .required("sub_processors", .array(of: .text())),
                .required(
                    "coming_sub_processors",
                    .array(of: .object(.required("name", .text()), .required("from", .date)))),
                .required("shards", .array(of: .text())),
                .required("health", .named("Health")))
        ),
        (
            "Plugin",
            .object(
                .required("kind", .text()), .required("id", .text()), .required("name", .text()),
                .required("version", .text()), .required("kit_version", .text()), .required("summary", .text()),
                .required("capabilities", .array(of: .text())),
                .required("data_flows", .array(of: .named("DataFlow"))))
        ),
        (
            "DataFlow",
            .object(
                .required("id", .text()), .required("recipient", .text()),
                .required("countries", .array(of: .country)), .required("data_categories", .array(of: .text())),
                .required("purpose", .text()), .required("legal_basis", .text()),
                .required("transfer_mechanism", Schema.text().orNull), .required("retention", .text()))
        ),
        (
            "UnroutableEvents",
            .object(
                .required("plugin", .text()), .required("kind", .text()), .required("address", .text()),
                .required("reason", .text()), .required("events", .count), .required("first_at", .time),
                .required("last_at", .time))
        ),
        (
            "Readiness",
            .object(
                .required("ready", .bool),
                .required(
                    "checks", .array(of: .object(.required("name", .text()), .required("ready", .bool)))),
                .optional("instance", .text()))
        ),
        (
            "IngressReceipt",
            .object(
                .required("stored", .count), .required("duplicates", .count), .required("unroutable", .count),
                .optional("discarded", .count.described("For tenants whose contract is over.")),
                .optional("dropped", .count.described("More than is kept of a person who has not agreed.")))
        ),
    ]
}
