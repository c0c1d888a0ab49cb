import Platform

extension Schemas {
    static let keys: [Component] = [
        ("APIKey", .object(apiKey)),
        ("IssuedAPIKey", .object(apiKey + [.required("token", .text().described("Shown now and never again."))])),
        (
            "NewAPIKey",
            .object(
                .required("label", .title(200)),
                .required("scopes", .array(of: scope, atLeast: 1)), .maybe("expires_at", .time),
                .maybe("allowed_addresses", addresses))
        ),
        ("APIKeyChange", .object(.maybe("label", .title(200)), .maybe("allowed_addresses", addresses))),
        (
            "APIKeyRotation",
            .object(
                .required(
                    "overlap_hours",
                    .integer(0...APIKeyRotation.longestOverlapHours).described("How long the old key goes on.")),
                .maybe(
                    "expires_at", Schema.time.described("Unless said, it lives as long as the old one was made to.")))
        ),
    ]

    private static let scope = Schema.oneOf(Scope.allCases.map(\.rawValue))
    private static let addresses = Schema.array(
        of: .text(1...43, example: "192.0.2.0/24"), atMost: APIKey.addressLimit
    ).described("IPv4 or IPv6, addresses or ranges (CIDR); none for from anywhere.")

    private static let apiKey: [Schema.Field] = [
        .required("id", .id), .required("label", .text()), .required("prefix", .text()),
        .required("scopes", .array(of: scope)), .required("allowed_addresses", .array(of: .text())),
        .required("created_at", .time), .required("expires_at", Schema.time.orNull),
        .required("revoked_at", Schema.time.orNull), .required("last_used_at", Schema.time.orNull),
        .required("replaces", Schema.id.orNull), .required("replaced_by", Schema.id.orNull),
        .required("revision", .revision),
    ]
}
