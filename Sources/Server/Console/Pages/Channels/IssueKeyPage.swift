/// Issues a key for a tenant's own systems.
///
/// Sends `label`, `scopes` (several), `expires` (a day, or empty) and `addresses` (CIDR, one a line) to
/// `ConsolePath.tenant(id, "keys")`.
public struct IssueKeyPage: ConsolePage {
    public var tenantID: String
    public var tenantName: String
    /// All scopes there are, e.g. `messages:write`.
    public var scopes: [String]
    public var form: FormState

    public init(tenantID: String, tenantName: String, scopes: [String], form: FormState = FormState()) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.scopes = scopes
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let fields = [
            Field("label", .text, words["key.label"], in: form, hint: words["key.label_hint"]),
            Field(
                "scopes", .boxes, words["key.scopes"], in: form, hint: words["key.scopes_hint"],
                choices: scopes.map { ($0, words.word(for: $0, in: "scope"), $0) }),
            Field("expires", .date, words["key.expiry"], in: form, hint: words["key.expiry_hint"], required: false),
            Field(
                "addresses", .area(rows: 3), words["key.addresses"], in: form, hint: words["key.addresses_hint"],
                required: false),
        ]
        return .staff(
            .tenants, PageHeader(title: words["key.issue"], subtitle: words["key.issue_text"]),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
            ], errors: ErrorSummary(form, fields: fields, words: words),
            [
                Block(
                    Section(
                        "form", words["key.form"],
                        [
                            Block(
                                Form(
                                    to: ConsolePath.tenant(tenantID, "keys"), submit: words["key.issue"],
                                    groups: [.init(fields)], cancel: ConsolePath.tenant(tenantID)))
                        ]))
            ])
    }
}
