import Platform

extension Schemas {
    static let tenants: [Component] = [
        ("Tenant", .object(tenant + [.required("details", .named("ControllerDetails"))])),
        ("TenantSummary", .object(tenant)),
        ("NewTenant", .object(.required("name", .title(200)), .required("region", .text(1...63)))),
        (
            "TenantChange",
            .object(
                .optional("name", .title(200)), .optional("details", .named("ControllerDetailsChange")),
                .optional("state", .oneOf(TenantState.allCases.map(\.rawValue))), .optional("reason", .text(1...500)))
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
        (
            "Agreement",
            .object(
                .required("id", .id), .required("tenant_id", .id),
                .required("state", .oneOf(AgreementState.allCases.map(\.rawValue))), .required("reference", .text()),
                .required("form", .oneOf(Agreement.Form.allCases.map(\.rawValue))),
                .required("signed_on", Schema.date.orNull), .required("document_sha256", Schema.sha256.orNull),
                .required("covers_special_category", .bool), .required("recorded_at", .time))
        ),
        (
            "NewAgreement",
            .object(
                .required("reference", .title(200)), .required("signed_on", .date),
                .optional("document_sha256", .sha256), .optional("covers_special_category", .bool))
        ),
        ("AgreementChange", .object(.required("state", .oneOf(["in_force", "suspended", "ended"])))),
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
