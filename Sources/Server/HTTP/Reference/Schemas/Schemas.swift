/// The document's components.
enum Schemas {
    typealias Component = (name: String, schema: Schema)

    static let all: [Component] =
        common + tenants + controller + agreements + channels + keys + installation + messages + contacts + approvals
        + staff + audit + tenantMoves + webhooks + consentTerms + consents + consentImports

    private static let common: [Component] = [
        (
            "Problem",
            .object(
                .required("type", .text()), .required("title", .text()), .required("status", .integer(400...599)),
                .required("detail", .text()), .required("code", .text().described("Branch on this.")),
                .optional("remedy", .text()),
                .optional("errors", .array(of: .object(.required("path", .text()), .required("problem", .text())))),
                .optional("refusal", .named("Refusal")), .required("request_id", .text())
            ).described("An error (RFC 9457).")
        ),
        (
            "Refusal",
            .object(
                .required("code", .text()), .required("sentence", .text()), .required("remedy", .text()),
                .required("retry_after", Schema.time.orNull)
            ).described("Why the gate does not let it pass, and what would change that.")
        ),
        (
            "MetaError",
            .object(
                .required(
                    "error",
                    .object([
                        .required("message", .text()), .required("type", .text()),
                        .required("code", .integer(0...999_999)),
                        .required("error_data", .anything), .optional("error_subcode", .count),
                        .required("obhut_code", .text()), .required("fbtrace_id", .text()),
                    ]))
            ).described("An error as Meta's Graph API shapes it.")
        ),
    ]
}
