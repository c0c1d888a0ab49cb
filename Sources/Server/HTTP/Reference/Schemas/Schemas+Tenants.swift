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
        ("NewTenant", .object(.required("name", .title(200)), .required("region", .region))),
        ("TenantChange", .object(.required("state", .oneOf(["active", "suspended"])))),
        (
            "Agreement",
            .object(
                .required("id", .id), .required("tenant_id", .id),
                .required("state", .oneOf(AgreementState.allCases.map(\.rawValue))), .required("reference", .text()),
                .required("signed_on", .date), .required("document_sha256", Schema.sha256.orNull),
                .required("covers_special_category", .bool), .required("recorded_at", .time))
        ),
        (
            "NewAgreement",
            .object(
                .required("reference", .title(200)), .required("signed_on", signingDate),
                .maybe("document_sha256", hexadecimal), .maybe("covers_special_category", .bool))
        ),
        ("AgreementChange", .object(.required("state", .oneOf(["in_force", "suspended", "ended"])))),
    ]

    /// From 1990 on; an earlier year is a slip.
    private static let signingDate = Schema.text(
        pattern: "^(199[0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}$", format: "date", example: "2026-03-01")

    /// In either case, as people have it from elsewhere.
    private static let hexadecimal = Schema.text(pattern: "^[0-9a-fA-F]{64}$")
}
