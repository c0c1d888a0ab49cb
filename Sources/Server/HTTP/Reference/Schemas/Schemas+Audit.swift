import Platform

extension Schemas {
    static let audit: [Component] = [
        (
            "AuditChain",
            .object(
                .required("chain", chain), .required("sequence", .count), .required("hash", .sha256),
                .required("updated_at", .time))
        ),
        (
            "AuditEntry",
            .object(
                .required("chain", chain), .required("sequence", .count), .required("at", .time),
                .required("action", .text(example: "tenant.created")),
                .required("outcome", .oneOf(AuditRecord.Outcome.allCases.map(\.rawValue))),
                .required(
                    "principal",
                    .object(
                        .required("kind", .oneOf(Principal.Kind.allCases.map(\.rawValue))), .optional("id", .text()),
                        .optional("roles", .array(of: .text())))),
                .required("subject", .object(.required("kind", .text()), .required("id", .text()))),
                .optional("reason", .text()), .optional("request_id", .text()), .optional("before", .anything),
                .optional("after", .anything), .required("previous_hash", .sha256), .required("hash", .sha256))
        ),
        (
            "AuditSeal",
            .object(
                .required("number", .count), .required("day", Schema.date.orNull), .required("sealed_at", .time),
                .required("sha256", .sha256),
                .required("document", .text().described("JSON text: exactly the bytes that are sealed.")),
                .required("seal", .text().described("Detached CMS signature over them, DER in Base64.")),
                .required("certificate", .text().described("The signer's, PEM.")),
                .required("self_signed", .bool), .required("timestamped", .bool))
        ),
        (
            "AuditVerification",
            .object(
                .required("chain", chain), .required("whole", .bool), .required("entries", .count),
                .required("sequence", .count), .required("hash", .sha256),
                .required("findings", .array(of: .named("AuditFinding"))), .required("further_findings", .count),
                .required("checked_at", .time))
        ),
        (
            "AuditFinding",
            .object(
                .required("kind", .oneOf(AuditFinding.Kind.allCases.map(\.rawValue))), .required("chain", chain),
                .required("sequence", Schema.count.orNull), .required("seal", Schema.count.orNull),
                .required("meaning", .text()))
        ),
    ]

    private static let chain = Schema.text(
        pattern: "^(control|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", example: "control")
}
