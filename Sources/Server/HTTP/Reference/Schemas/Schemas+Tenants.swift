import Platform

extension Schemas {
    static let tenants: [Component] = [
        ("Tenant", .object(tenant + [.required("details", .named("ControllerDetails"))])),
        ("TenantSummary", .object(tenant)),
        ("NewTenant", .object(.required("name", .title(200)), .required("region", .region))),
        (
            "TenantChange",
            .object(
                .maybe("name", .title(200)), .maybe("details", .named("ControllerDetailsChange")),
                .maybe("state", .oneOf(TenantState.allCases.map(\.rawValue))), .maybe("reason", .title(1000)))
        ),
        (
            "Termination",
            .object(
                .required("reason", .title(1000)),
                .maybe("erase_after_days", .integer(0...TenantService.erasureDelayLimit)))
        ),
        (
            "ErasureCertificate",
            .object(
                .required("certificate", .dictionary(of: .anything)),
                .required("text", .text().described("The certificate, exactly the bytes that are sealed.")),
                .required("seal", Schema.text().orNull))
        ),
        (
            "TenantReadiness",
            .object(
                .required("ready", .bool),
                .required(
                    "items",
                    .array(
                        of: .object(
                            .required("code", .oneOf(GoLiveChecklist.Item.Code.allCases.map(\.rawValue))),
                            .required("satisfied", .bool), .required("sentence", .text()),
                            .required("mend_at", Schema.text().orNull)))))
        ),
    ]

    private static let tenant: [Schema.Field] = [
        .required("id", .id), .required("name", .text()), .required("region", .text()), .required("shard", .text()),
        .required("state", .oneOf(TenantState.allCases.map(\.rawValue))),
        .required("state_reason", Schema.text().orNull), .required("state_since", .time),
        .required("terminated_at", Schema.time.orNull), .required("erase_after", Schema.time.orNull),
        .required("erased_at", Schema.time.orNull),
        .required("revision", .count.described("Grows with every change of the tenant or of its details.")),
        .required("created_at", .time),
    ]
}
