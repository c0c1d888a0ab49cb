/// Who asks people for consent and by which rules.
///
/// Sends to `ConsolePath.consent(tenant, "terms")`: the names of `Term`; for each language `notice.{language}.url` and
/// `notice.{language}.sha256`, and for one more `other.language`, `other.url`, `other.sha256`.
public struct ConsentTermsPage: ConsolePage {
    /// The raw values are the form's field names.
    public enum Term: String, Sendable, Codable, CaseIterable {
        case controller
        case imprint = "imprint_url"
        case noticeVersion = "notice_version"
        case minimumAge = "minimum_age"
        case quarantineHours = "quarantine_hours"
        case entryCodeHours = "entry_code_hours"
        case evidenceYears = "evidence_years"
        case unproven
    }

    public var tenantID: String
    public var tenantName: String
    /// Language tags that the notice can be named in.
    public var languages: [String]
    /// The version that is changed; nil for the first.
    public var version: Int?
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, languages: [String], version: Int?, form: FormState = FormState()
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.languages = languages
        self.version = version
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let groups = groups(words)
        return .staff(
            .tenants, PageHeader(title: words["consent.terms"], subtitle: words["consent.terms_text"]),
            path: ConsentPath.crumbs(tenantID, tenantName, words),
            errors: ErrorSummary(form, fields: groups.flatMap(\.fields), words: words),
            [
                Block(
                    Section(
                        "form", words["consent.terms_form"],
                        [
                            Block(
                                Form(
                                    to: ConsolePath.consent(tenantID, "terms"), submit: words["form.save"],
                                    groups: groups, hidden: [("version", version.map(String.init) ?? "")],
                                    cancel: ConsolePath.consent(tenantID)))
                        ]))
            ])
    }

    private func groups(_ words: Words) -> [Form.Group] {
        func field(_ term: Term, _ kind: Field.Kind = .text, hint: Bool = false, required: Bool = true) -> Field {
            Field(
                term.rawValue, kind, words["consent.\(term.rawValue)"], in: form,
                hint: hint ? words["consent.\(term.rawValue)_hint"] : nil, required: required)
        }
        let unproven = Field(
            Term.unproven.rawValue, .radios, words["consent.unproven"], in: form, hint: words["consent.unproven_hint"],
            choices: UnprovenConsent.allCases.map {
                ($0.rawValue, words.name(of: $0, in: "consent.unproven"), nil)
            })
        return [
            .init(
                words["consent.group.who"],
                [field(.controller, hint: true), field(.imprint, .url, hint: true, required: false)])
        ] + [.init(words["consent.notice"], help: words["consent.notice_help"], [field(.noticeVersion, hint: true)])]
            + languages.map { language in
                .init(
                    words("consent.notice_in", ["language": words.language(language)]),
                    notice("notice.\(language)", words, required: false))
            } + [
                .init(
                    words["consent.other_language"], help: words["consent.other_language_help"],
                    [
                        Field(
                            "other.language", .code, words["consent.language_tag"], in: form,
                            hint: words["consent.language_tag_hint"], required: false)
                    ] + notice("other", words, required: false)),
                .init(
                    words["consent.group.rules"],
                    [
                        field(.minimumAge, .number, hint: true, required: false),
                        field(.quarantineHours, .number, hint: true), field(.entryCodeHours, .number, hint: true),
                        field(.evidenceYears, .number, hint: true), unproven,
                    ]),
            ]
    }

    private func notice(_ name: String, _ words: Words, required: Bool) -> [Field] {
        [
            Field(name + ".url", .url, words["consent.notice_url"], in: form, required: required),
            Field(
                name + ".sha256", .code, words["consent.notice_sha256"], in: form,
                hint: words["consent.notice_sha256_hint"], required: false),
        ]
    }
}

/// The way to the pages below a tenant's consent page.
enum ConsentPath {
    static func crumbs(_ tenant: String, _ name: String, _ words: Words) -> [Breadcrumb] {
        [
            Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
            Breadcrumb(text: name, href: ConsolePath.tenant(tenant)),
            Breadcrumb(text: words["consent.title"], href: ConsolePath.consent(tenant)),
        ]
    }
}
