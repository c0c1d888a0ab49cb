/// One purpose, new or as it is now; saving makes a new version.
///
/// Sends to `ConsolePath.consent(tenant, "purposes")`: `name`, `legal_basis`, `special_category`, `advertising` and, of one that there is,
/// `renews_consent` (`yes`, `no`), `validity_days`, `position`; for each language `texts.{language}.title` and `texts.{language}.text`, and
/// for one more `other.language`, `other.title`, `other.text`.
public struct PurposePage: ConsolePage {
    public var tenantID: String
    public var tenantName: String
    /// Nil for a new one.
    public var name: String?
    /// The version that is changed; nil for a new one.
    public var version: Int?
    public var languages: [String]
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, name: String?, version: Int?, languages: [String],
        form: FormState = FormState()
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.name = name
        self.version = version
        self.languages = languages
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let groups = groups(words)
        let retire = name.map { name in
            Block(
                Actions([
                    Block(
                        ActionForm(
                            action: ConsolePath.consent(tenantID, "purposes", name, "retire"),
                            submit: words["purpose.retire"], isDangerous: true,
                            confirmation: words("purpose.retire_confirm", ["name": name])))
                ]))
        }
        return .staff(
            .tenants,
            PageHeader(
                title: name ?? words["consent.purpose_new"],
                subtitle: name == nil ? words["purpose.new_text"] : words["purpose.text"]),
            path: ConsentPath.crumbs(tenantID, tenantName, words),
            errors: ErrorSummary(form, fields: groups.flatMap(\.fields), words: words),
            [
                Block(
                    Section(
                        "form", words["purpose.form"],
                        [
                            Block(
                                Form(
                                    to: ConsolePath.consent(tenantID, "purposes"), submit: words["form.save"],
                                    groups: groups,
                                    hidden: name.map {
                                        [("name", $0), ("version", version.map(String.init) ?? ""), ("old", "yes")]
                                    } ?? [],
                                    cancel: ConsolePath.consent(tenantID)))
                        ]))
            ]
                + (retire.map {
                    [Block(Section("retire", words["purpose.retire"], text: words["purpose.retire_text"], [$0]))]
                } ?? []))
    }

    private func groups(_ words: Words) -> [Form.Group] {
        let own =
            name == nil
            ? [Field("name", .code, words["purpose.name"], in: form, hint: words["purpose.name_hint"])] : []
        let rules = [
            Field(
                "legal_basis", .text, words["purpose.legal_basis"], in: form, hint: words["purpose.legal_basis_hint"]),
            Field(
                "special_category", .radios, words["purpose.special_category"], in: form,
                hint: words["purpose.special_category_hint"],
                choices: [("yes", words["form.yes"], nil), ("no", words["form.no"], nil)]),
            Field(
                "advertising", .radios, words["purpose.advertising"], in: form,
                hint: words["purpose.advertising_hint"],
                choices: [("yes", words["form.yes"], nil), ("no", words["form.no"], nil)]),
            Field(
                "validity_days", .number, words["purpose.validity_days"], in: form,
                hint: words["purpose.validity_days_hint"], required: false),
            Field("position", .number, words["purpose.position"], in: form, hint: words["purpose.position_hint"]),
        ]
        let renewal =
            name == nil
            ? []
            : [
                Field(
                    "renews_consent", .radios, words["purpose.renews_consent"], in: form,
                    hint: words["purpose.renews_consent_hint"],
                    choices: [
                        ("no", words["purpose.renews_consent_no"], nil),
                        ("yes", words["purpose.renews_consent_yes"], words["purpose.renews_consent_yes_hint"]),
                    ])
            ]
        return [.init(own + rules + renewal)]
            + languages.map { language in
                .init(
                    words("purpose.texts_in", ["language": words.language(language)]),
                    texts("texts.\(language)", words))
            } + [
                .init(
                    words["consent.other_language"], help: words["consent.other_language_help"],
                    [
                        Field(
                            "other.language", .code, words["consent.language_tag"], in: form,
                            hint: words["consent.language_tag_hint"], required: false)
                    ] + texts("other", words))
            ]
    }

    private func texts(_ name: String, _ words: Words) -> [Field] {
        [
            Field(
                name + ".title", .text, words["purpose.title"], in: form, hint: words["purpose.title_hint"],
                required: false),
            Field(
                name + ".text", .area(rows: 3), words["purpose.sentence"], in: form,
                hint: words["purpose.sentence_hint"], required: false),
        ]
    }
}
