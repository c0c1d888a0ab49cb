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
        of: .text(pattern: "^(\(ranges4)|\(ranges6))$", example: "192.0.2.0/24"), atMost: APIKey.addressLimit
    ).described("IPv4 or IPv6, addresses or ranges (CIDR); none for from anywhere.")

    private static let ranges4: String = {
        let octet = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
        return "\(octet)(\\.\(octet)){3}(/(3[0-2]|[12]?[0-9]))?"
    }()

    /// Without those whose end is written as IPv4, which are taken too.
    private static let ranges6: String = {
        let part = "[0-9A-Fa-f]{1,4}"
        let gaps = (1...6).map { "(\(part):){1,\(7 - $0)}(:\(part)){1,\($0)}" }
        let forms = ["(\(part):){7}\(part)", "(\(part):){1,7}:", ":((:\(part)){1,7}|:)"] + gaps
        return "(\(forms.joined(separator: "|")))(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?"
    }()

    private static let apiKey: [Schema.Field] = [
        .required("id", .id), .required("label", .text()), .required("prefix", .text()),
        .required("scopes", .array(of: scope)), .required("allowed_addresses", .array(of: .text())),
        .required("created_at", .time), .required("expires_at", Schema.time.orNull),
        .required("revoked_at", Schema.time.orNull), .required("last_used_at", Schema.time.orNull),
        .required("replaces", Schema.id.orNull), .required("replaced_by", Schema.id.orNull),
        .required("revision", .revision),
    ]
}
