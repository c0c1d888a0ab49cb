import Platform

extension Schemas {
    static let tenants: [Component] = [
        ("Tenant", .object(tenant + [.required("details", .named("ControllerDetails"))])),
        ("TenantSummary", .object(tenant)),
        ("NewTenant", .object(.required("name", .text(1...200)), .required("region", .text(1...63)))),
        (
            "TenantChange",
            .object(
                .optional("name", .text(1...200)), .optional("details", .named("ControllerDetailsChange")),
                .optional("state", .oneOf(TenantState.allCases.map(\.rawValue))), .optional("reason", .text(1...500)))
        ),
        (
            "Termination",
            .object(
                .required("reason", .text(1...500)),
                .optional("erase_after_days", .integer(0...TenantService.erasureDelayLimit)))
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
                .required("reference", .text(1...200)), .required("signed_on", .date),
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
