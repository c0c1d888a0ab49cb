import Platform
import PluginKit

extension Schemas {
    static let consentTerms: [Component] = [
        (
            "ConsentTerms",
            .object(
                .required("controller", .text()), .required("imprint_url", Schema.text().orNull),
                .required("privacy_notice", notice), .required("minimum_age", Schema.count.orNull),
                .required("quarantine_hours", .count), .required("entry_code_hours", .count),
                .required("evidence_years", .count), .required("unproven", unproven), .required("version", .revision),
                .required("created_at", .time))
        ),
        (
            "ConsentTermsText",
            .object(
                .required(
                    "controller", Schema.title(ConsentProfile.nameLimit).described("Who asks, as people know it.")),
                .maybe(
                    "imprint_url",
                    address.described("Who stands behind the chat. Needed before people can be asked.")),
                .required("privacy_notice", notice),
                .maybe(
                    "minimum_age",
                    Schema.integer(ConsentRules.ageRange).described("Below it somebody else must agree (Art. 8 GDPR).")),
                .maybe("quarantine_hours", .integer(ConsentRules.quarantineRange)),
                .maybe("entry_code_hours", .integer(ConsentRules.entryCodeRange)),
                .maybe("evidence_years", .integer(ConsentRules.evidenceRange)), .maybe("unproven", unproven))
        ),
        (
            "PurposeText",
            .object(
                .required("legal_basis", .title(PurposeDefinition.basisLimit)), .maybe("special_category", .bool),
                .maybe("advertising", .bool),
                .maybe(
                    "renews_consent",
                    Schema.bool.described(
                        "true ends every consent to this purpose that was given before; false unless said.")),
                .maybe("validity_days", .integer(PurposeDefinition.validityRange)),
                .maybe("position", .integer(PurposeDefinition.positionRange)), .required("texts", purposeTexts))
        ),
        ("Purpose", .object(purpose)),
        (
            "PurposeVersions",
            .object(.required("purpose", .text()), .required("versions", .array(of: .named("Purpose"))))
        ),
        (
            "ConsentSource",
            .object(
                .required("id", .id), .required("plugin", .text()), .required("channel_id", .id),
                .required("name", .text()), .required("state", .oneOf(ConsentSource.State.allCases.map(\.rawValue))),
                .required("version", .revision), .required("origins", .array(of: .text())),
                .required("configuration", .object([], isOpen: true)),
                .required(
                    "terms",
                    .object(
                        .required("version", .revision),
                        .required(
                            "purposes",
                            .array(of: .object(.required("purpose", .text()), .required("version", .revision)))))),
                .required(
                    "shows_current_terms",
                    Schema.bool.described("false while the terms as they are now do not fit its configuration.")),
                .required(
                    "problems", .array(of: .object(.required("path", .text()), .required("problem", .text())))),
                .required("public_url", Schema.text().orNull),
                .required(
                    "snippet",
                    Schema.text().orNull.described(
                        "HTML for the tenant's own pages; pins the script by its digest (`integrity`).")),
                .required("created_at", .time),
                .required("updated_at", .time), .required("revision", .revision))
        ),
        (
            "NewConsentSource",
            .object(
                .required("plugin", .text(1...64)), .required("channel_id", .id),
                .required("name", .title(ConsentSourceService.nameLimit)), .maybe("origins", origins),
                .required("configuration", configuration), .maybe("active", .bool))
        ),
        (
            "ConsentSourceChange",
            .object(
                .maybe("name", .title(ConsentSourceService.nameLimit)), .maybe("origins", origins),
                .maybe("configuration", configuration))
        ),
    ]

    private static let unproven = Schema.oneOf(ConsentRules.Unproven.allCases.map(\.rawValue))
    private static let address = Schema.text(1...ConsentProfile.addressLimit, pattern: TermsText.addressPattern)
    private static let configuration = Schema.object([], isOpen: true).described("By the plugin.")
    private static let origins = Schema.array(
        of: .text(pattern: TermsText.originPattern, example: "https://www.example.org"),
        atMost: ConsentSourceService.originLimit
    ).unique.described("Web origins of the tenant's pages that may use it.")

    private static let notice = Schema.object(
        .required("version", .title(ConsentProfile.versionLimit)),
        .required(
            "texts",
            byLanguage(.object(.required("url", address), .maybe("sha256", .text(pattern: TermsText.digestPattern))))))

    private static let purposeTexts = byLanguage(
        .object(
            .required("title", .title(PurposeDefinition.titleLimit)),
            .required("text", .title(PurposeDefinition.textLimit))))

    private static let purpose: [Schema.Field] = [
        .required("purpose", .text()), .required("version", .revision), .required("legal_basis", .text()),
        .required("special_category", .bool), .required("advertising", .bool),
        .required("renews_consent", .bool),
        .required("validity_days", Schema.count.orNull),
        .required("position", .count), .required("texts", purposeTexts), .required("created_at", .time),
        .required("retired_at", Schema.time.orNull),
    ]

    /// An object with a member a language.
    private static func byLanguage(_ schema: Schema) -> Schema {
        Schema([
            "type": "object", "propertyNames": ["pattern": .string(TermsText.languagePattern)], "minProperties": 1,
            "maxProperties": .int(ConsentProfile.languageLimit), "additionalProperties": schema.json,
        ])
    }
}
