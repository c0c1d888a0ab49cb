import Platform
import PluginKit

extension Schemas {
    static let consents: [Component] = [
        (
            "GateCheck",
            .object(
                .required(
                    "people", .array(of: .named("Recipient"), atLeast: 1, atMost: GateCheckRequest.peopleLimit)),
                .maybe("channel_id", .id),
                .maybe(
                    "purposes",
                    .array(
                        of: .text(1...64, pattern: "^[a-z][a-z0-9_-]*$"), atMost: GateCheckRequest.purposeLimit
                    ).unique),
                .maybe("template_category", .oneOf(TenantRoutes.categories)))
        ),
        (
            "GateAnswer",
            .object(
                .required("person", .count), .required("purpose", .text()),
                .required("decision", .oneOf(["allowed", "refused"])),
                .optional(
                    "refusal",
                    .object(
                        .required("code", .oneOf(Refusal.Code.allCases.map(\.rawValue))),
                        .required("sentence", .text()), .required("remedy", .text()),
                        .required("retry_after", Schema.time.orNull))))
        ),
        (
            "NewWithdrawal",
            .object(
                .maybe("channel_id", .id), .maybe("purpose", .text(1...64, pattern: "^[a-z][a-z0-9_-]*$")),
                .maybe("occurred_at", .time), .maybe("language", .text(2...35, pattern: TermsText.languagePattern)),
                .maybe("note", .text(1...500, pattern: "^[^\\u0000]*$")))
        ),
        (
            "Withdrawal",
            .object(
                .required("consents", .array(of: .named("Consent"))), .required("changed", .bool),
                .required("told_in_chat", .bool))
        ),
        (
            "SealedConsentRecord",
            .object(
                .required("contact_id", .id),
                .required("document", Schema.text().described("JSON-LD; exactly the bytes that are sealed.")),
                .required("sha256", .sha256),
                .required("seal", Schema.text().described("Detached CMS, DER in Base64.")),
                .required("certificate", Schema.text().described("PEM.")), .required("self_signed", .bool))
        ),
        ("ConsentLinks", .object(.required("withdrawal_url", .url), .required("receipt_url", .url))),
        ("WithdrawalByLink", .object(.required("withdrawn", .bool), .required("changed", .bool))),
    ]
}
