import Platform

extension Schemas {
    static let consentImports: [Component] = [
        ("ConsentImport", .object(consentImport)),
        (
            "NewConsentImport",
            .object(
                .maybe("source", .oneOf(["declared"])), .maybe("channel_id", .id),
                .maybe("name", .title(200)), .maybe("dry_run", .bool),
                .maybe(
                    "defaults",
                    .object([], isOpen: true).described("What holds for every line that does not say otherwise.")))
        ),
        (
            "ConsentImportFault",
            .object(
                .required("line", .integer(1...Int.max)), .required("field", .text()), .required("problem", .text()))
        ),
    ]

    private static let count = Schema.integer(0...ConsentImportLimits.lines)

    private static let consentImport: [Schema.Field] = [
        .required("id", .id), .required("channel_id", .id), .required("source", .text()),
        .required("name", Schema.text().orNull), .required("dry_run", .bool),
        .required("state", .oneOf(ConsentImport.State.allCases.map(\.rawValue))),
        .required("lines", count.described("Of the file, without header and empty ones.")),
        .required("processed", count),
        .required("recorded", count.described("Recorded; in a dry run, those that would be.")),
        .required("unproven", count.described("Of the recorded, consents that nothing proves but the tenant's word.")),
        .required(
            "after_withdrawal",
            count.described("Of the unproven, agreements after the person's own no that name no reference.")),
        .required("repeated", count.described("Known already from an earlier line or file.")),
        .required("refused", count.described("Not taken; each has a fault.")),
        .required("created_at", .time), .required("finished_at", Schema.time.orNull),
    ]
}
