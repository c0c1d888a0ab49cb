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
        ("NewTenant", .object(.required("name", .text(1...200)), .required("region", .text(1...63)))),
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
                .required("reference", .text(1...200)), .required("signed_on", .date),
                .optional("document_sha256", .sha256), .optional("covers_special_category", .bool))
        ),
        ("AgreementChange", .object(.required("state", .oneOf(["in_force", "suspended", "ended"])))),
    ]

    static let keys: [Component] = [
        (
            "APIKey",
            .object(apiKey)
        ),
        ("IssuedAPIKey", .object(apiKey + [.required("token", .text().described("Shown now and never again."))])),
        (
            "NewAPIKey",
            .object(
                .required("label", .text(1...200)),
                .required("scopes", .array(of: .oneOf(Scope.allCases.map(\.rawValue)), atLeast: 1)),
                .optional("expires_at", .time))
        ),
    ]

    private static let apiKey: [Schema.Field] = [
        .required("id", .id), .required("label", .text()), .required("prefix", .text()),
        .required("scopes", .array(of: .oneOf(Scope.allCases.map(\.rawValue)))), .required("created_at", .time),
        .required("expires_at", Schema.time.orNull), .required("revoked_at", Schema.time.orNull),
        .required("last_used_at", Schema.time.orNull),
    ]
}
