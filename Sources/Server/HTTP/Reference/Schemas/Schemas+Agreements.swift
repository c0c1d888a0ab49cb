import Platform

extension Schemas {
    static let agreements: [Component] = [
        ("Agreement", .object(agreement)),
        (
            "NewAgreement",
            .object(
                .required("reference", .title(200)), .required("signed_on", signingDate),
                .maybe("document_sha256", hexadecimal), .maybe("covers_special_category", .bool))
        ),
        (
            "AgreementChange",
            .object(
                .required("state", .oneOf(["in_force", "suspended", "ended"])), .maybe("reason", .title(1000)))
        ),
        (
            "NewAgreementDraft",
            .object(
                .required("reference", .title(200)),
                .required("language", .oneOf(StaffMember.Language.allCases.map(\.rawValue))),
                .maybe(
                    "text",
                    .object(.required("name", .textName), .maybe("version", .integer(AgreementTextFiles.versions)))),
                .maybe("objection_days", .integer(1...365)))
        ),
        ("AgreementText", .object(text)),
        ("AgreementTextFiles", .object(text + [.required("de", .text()), .required("en", .text())])),
        (
            "NewAgreementText",
            .object(
                .maybe(
                    "tenant_id", Schema.id.described("Whose own it is. Without one every tenant can be offered it.")),
                .required("de", textFile), .required("en", textFile))
        ),
        (
            "AgreementTextCheck",
            .object(
                .required("name", .textName), .required("version", .integer(AgreementTextFiles.versions)),
                .required("tenant_id", Schema.id.orNull))
        ),
        ("NewOffer", .object(.maybe("expires_in_days", .integer(AgreementService.offerDaysLimit)))),
        (
            "Offer",
            .object(
                .required("agreement", .named("Agreement")),
                .required(
                    "signing_url", Schema.url.described("For the tenant's signatory. Shown now and never again.")),
                .required("expires_at", .time))
        ),
        ("Reason", .object(.required("reason", .title(1000)))),
        (
            "Acceptance",
            .object(
                .required("name", .title(200)), .required("role", .title(200)),
                .required("place", .title(200)),
                .required("authority", Schema.bool.described("That the signatory may sign for the company.")),
                .required("agrees", .bool))
        ),
        ("Decline", .object(.maybe("reason", .title(1000)))),
        ("Notice", .object(notice)),
        ("NoticeLink", .object(notice + [.required("url", .url)])),
        (
            "Objection",
            .object(.required("name", .title(200)), .required("reason", .title(4000)))
        ),
        (
            "Instruction",
            .object(
                .required("id", .id), .required("agreement_id", .id), .required("text", .text()),
                .required("given_by", .text()), .required("given_at", .time), .required("seems_unlawful", .bool),
                .required("answer", Schema.text().orNull), .required("recorded_at", .time))
        ),
        (
            "NewInstruction",
            .object(
                .required("text", .title(10_000)), .required("given_by", .title(200)),
                .maybe("given_at", .time), .maybe("seems_unlawful", .bool),
                .maybe("answer", .title(10_000)))
        ),
        ("Provider", .object(provider + [.required("revision", .count)])),
        ("NewProvider", .object(provider.map(\.givable))),
        ("Bilingual", .object(.required("de", .title(500)), .required("en", .title(500)))),
    ]

    /// From 1990 on; an earlier year is a slip.
    private static let signingDate = Schema.text(
        pattern: "^(199[0-9]|[2-9][0-9]{3})-[0-9]{2}-[0-9]{2}$", format: "date", example: "2026-03-01")

    /// In either case, as people have it from elsewhere.
    private static let hexadecimal = Schema.text(pattern: "^[0-9a-fA-F]{64}$")

    private static let agreement: [Schema.Field] = [
        .required("id", .id), .required("tenant_id", .id),
        .required("state", .oneOf(AgreementState.allCases.map(\.rawValue))),
        .required("form", .oneOf(Agreement.Form.allCases.map(\.rawValue))), .required("reference", .text()),
        .required("signed_on", Schema.date.orNull), .required("document_sha256", Schema.sha256.orNull),
        .required("covers_special_category", .bool), .required("recorded_at", .time),
        .required("ended_at", Schema.time.orNull), .required("revision", .count),
        .optional("language", .oneOf(StaffMember.Language.allCases.map(\.rawValue))),
        .optional("text", .object(.required("id", .text()), .required("version", .text()))),
        .optional("objection_days", .integer(1...365)), .optional("offered_at", Schema.time.orNull),
        .optional("offer_expires_at", Schema.time.orNull), .optional("accepted_at", Schema.time.orNull),
        .optional("countersigned_at", Schema.time.orNull),
    ]

    private static let text: [Schema.Field] = [
        .required("name", .textName), .required("version", .integer(AgreementTextFiles.versions)),
        .required("tenant_id", Schema.id.orNull), .required("stored_at", .time),
        .required("stored_by", Schema.id.orNull), .required("withdrawn_at", Schema.time.orNull),
    ]

    /// YAML. It is looked at as a whole: no pattern says what a text of an agreement is.
    private static let textFile = Schema.text(1...AgreementTextFiles.limit, pattern: "^[^\\u0000]+$")

    private static let notice: [Schema.Field] = [
        .required("id", .id), .required("agreement_id", .id),
        .required("state", .oneOf(AgreementNotice.State.allCases.map(\.rawValue))),
        .required(
            "changes",
            .array(
                of: .object(
                    .required("annex", .text()), .required("subject", .text()), .required("kind", .text()),
                    .required("may_object", .bool), .required("sentence", .named("Bilingual"))))),
        .required("announced_at", .time), .required("objection_until", .time),
        .required("decided_at", Schema.time.orNull),
    ]

    private static let provider: [Schema.Field] = [
        .required("name", .title(500)), .required("register", Schema.title(500).orNull),
        .required("address", .title(500)), .required("representative", .title(500)),
        .required("representative_role", Schema.title(500).orNull),
        .required("data_protection_officer", Schema.title(500).orNull),
        .required("breach_contact", .title(500)), .required("governing_law", .named("Bilingual")),
        .required("venue", .named("Bilingual")),
    ]
}

extension Schema {
    /// Of a text of agreements.
    static let textName = text(1...63, pattern: "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", example: "clinics")
}

extension Schema.Field {
    /// What may be null in an answer may be left out when it is given.
    fileprivate var givable: Schema.Field {
        Schema.Field(name: name, schema: schema, isRequired: schema.json["type"]?.array == nil)
    }
}
