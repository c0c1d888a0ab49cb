/// The controller's details, from which the agreement's annexes are made.
///
/// Sends the fields of `Detail` to `ConsolePath.tenant(id, "details")`; `special_categories` is `yes` or `no`,
/// `special_kinds` and `languages` have several values.
public struct TenantDetailsPage: ConsolePage {
    public var tenantID: String
    public var tenantName: String
    /// Countries to choose from, ISO 3166-1 alpha-2.
    public var countries: [String]
    /// Languages of the tenant's customers to choose from, ISO 639-1.
    public var languages: [String]
    /// Kinds of special categories to choose from (Art. 9(1) GDPR), such as `health`.
    public var specialKinds: [String]
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, countries: [String], languages: [String], specialKinds: [String],
        form: FormState = FormState()
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.countries = countries
        self.languages = languages
        self.specialKinds = specialKinds
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        .staff(
            .tenants, PageHeader(title: words["details.title"], subtitle: words["details.text"]),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
            ],
            errors: ErrorSummary(
                form, order: Detail.allCases.map(\.rawValue),
                labels: Dictionary(uniqueKeysWithValues: Detail.allCases.map { ($0.rawValue, words.detail($0)) }),
                words: words),
            [
                Block(
                    Section(
                        "form", words["details.form"],
                        [
                            Block(
                                Form(
                                    to: ConsolePath.tenant(tenantID, "details"), submit: words["form.save"],
                                    groups: groups(words), cancel: ConsolePath.tenant(tenantID)))
                        ]))
            ])
    }

    private func groups(_ words: Words) -> [Form.Group] {
        [
            .init(
                words["details.group.company"],
                [
                    field(.legalName, words, autocomplete: "organization"), field(.legalForm, words, hint: true),
                    field(.registerName, words, hint: true, required: false),
                    field(.registerNumber, words, required: false),
                    field(.street, words, autocomplete: "street-address"),
                    field(.postcode, words, autocomplete: "postal-code"),
                    field(.city, words, autocomplete: "address-level2"),
                    field(.country, words, .select, choices: countries.map { ($0, words.country($0), nil) }),
                ]),
            .init(
                words["details.group.representative"], help: words["details.group.representative_help"],
                [
                    field(.representativeName, words), field(.representativeRole, words),
                ]),
            .init(
                words["details.group.protection"], help: words["details.group.protection_help"],
                [
                    field(.officerName, words, required: false), field(.officerEmail, words, .email, required: false),
                    field(.officerPhone, words, .telephone, hint: true, required: false),
                    field(.officerAbsent, words, hint: true, required: false),
                    field(.breachName, words), field(.breachEmail, words, .email, hint: true),
                    field(.breachPhone, words, .telephone, hint: true),
                ]),
            .init(
                words["details.group.processing"], help: words["details.group.processing_help"],
                [
                    field(.purposes, words, .area(rows: 4), hint: true),
                    field(.dataCategories, words, .area(rows: 4), hint: true),
                    field(.personCategories, words, .area(rows: 3), hint: true),
                    field(
                        .specialCategories, words, .radios, hint: true,
                        choices: [("yes", words["form.yes"], nil), ("no", words["form.no"], nil)]),
                    field(
                        .specialKinds, words, .boxes, required: false,
                        choices: specialKinds.map { ($0, words.word(for: $0, in: "special_kind"), nil) }),
                    field(.retentionContacts, words, .number, hint: true, required: false),
                    field(.retentionMessages, words, .number, required: false),
                    field(.retentionMedia, words, .number, required: false),
                    field(.retentionConsents, words, .number, required: false),
                    field(.retentionEvents, words, .number, required: false),
                    field(.languages, words, .boxes, choices: languages.map { ($0, words.language($0), nil) }),
                ]),
        ]
    }

    private func field(
        _ detail: Detail, _ words: Words, _ kind: Field.Kind = .text, hint: Bool = false, required: Bool = true,
        autocomplete: String? = nil, choices: [(value: String, text: String, hint: String?)] = []
    ) -> Field {
        Field(
            detail.rawValue, kind, words.detail(detail), in: form,
            hint: hint ? words["details.\(detail.rawValue).hint"] : nil, required: required,
            autocomplete: autocomplete, choices: choices)
    }
}
