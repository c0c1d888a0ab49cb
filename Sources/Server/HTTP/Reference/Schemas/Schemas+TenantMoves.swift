import Platform

extension Schemas {
    static let tenantMoves: [Component] = [
        (
            "RegionChange",
            .object(.required("region", .region), .maybe("shard", .region), .required("reason", .title(1000)))
        ),
        (
            "TenantPlace",
            .object(
                .required("region", .text()), .required("shard", .text()),
                .required("move", Schema.named("TenantMove").orNull))
        ),
        (
            "TenantMove",
            .object([
                .required("id", .id), .required("state", .oneOf(TenantMove.State.allCases.map(\.rawValue))),
                .required("from", place), .required("to", place), .required("approval_id", .id),
                .required("created_at", .time), .required("held_at", Schema.time.orNull),
                .required("copied_at", Schema.time.orNull), .required("switched_at", Schema.time.orNull),
                .required("ended_at", Schema.time.orNull), .required("cancel_asked_at", Schema.time.orNull),
                .required("failure", Schema.text().orNull),
                .required(
                    "rows", Schema.dictionary(of: .count).orNull.described("Rows by table, the same on both sides.")),
            ])
        ),
    ]

    private static let place = Schema.object(.required("region", .text()), .required("shard", .text()))
}
