import Platform

extension Schemas {
    static let tenants: [Component] = [
        (
            "Tenant",
            .object(
                .required("id", .id), .required("name", .text()), .required("region", .text()),
                .required("shard", .text()), .required("state", .oneOf(TenantState.allCases.map(\.rawValue))),
                .required("created_at", .time))
        ),
        ("NewTenant", .object(.required("name", .title(200)), .required("region", .text(1...63)))),
        ("TenantChange", .object(.required("state", .oneOf(["active", "suspended"])))),
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
}
