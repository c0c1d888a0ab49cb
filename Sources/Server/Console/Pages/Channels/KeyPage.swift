public import struct Foundation.Date

/// One API key of a tenant: what it may, and how to replace or end it.
///
/// Sends `overlap` (hours) and `expires` (a day, or empty) to `ConsolePath.key(tenant, id, "rotate")`.
public struct KeyPage: ConsolePage {
    public var tenantID: String
    public var tenantName: String
    public var id: String
    public var label: String
    public var prefix: String
    public var scopes: [String]
    public var stage: CredentialStage
    /// From where it may be used; from anywhere when there are none.
    public var addresses: [String]
    public var createdAt: Date
    public var expiresAt: Date?
    public var lastUsedAt: Date?
    /// The key before it, and the one that took its place, by id.
    public var replaces: String?
    public var replacedBy: String?
    public var mayManage: Bool
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, id: String, label: String, prefix: String, scopes: [String],
        stage: CredentialStage, addresses: [String], createdAt: Date, expiresAt: Date?, lastUsedAt: Date?,
        replaces: String? = nil, replacedBy: String? = nil, mayManage: Bool, form: FormState = FormState()
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.id = id
        self.label = label
        self.prefix = prefix
        self.scopes = scopes
        self.stage = stage
        self.addresses = addresses
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.replaces = replaces
        self.replacedBy = replacedBy
        self.mayManage = mayManage
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let actions = mayManage && stage == .active ? (replacedBy == nil ? [rotate(words)] : []) + [revoke(words)] : []
        let replaced = replacedBy.map { _ in
            Notice(
                stage == .active ? .waiting : .neutral,
                words[stage == .active ? "key.replaced_active" : "key.replaced_over"])
        }
        return .staff(
            .tenants, PageHeader(title: label, subtitle: words["key.text"], badge: words.badge(stage)),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
            ],
            errors: ErrorSummary(
                form, order: ["overlap", "expires"],
                labels: ["overlap": words["key.overlap"], "expires": words["key.new_expiry"]], words: words),
            [Block](replaced) + [
                Block(
                    Section(
                        "facts", words["key.facts"],
                        [Block(facts(words))] + (actions.isEmpty ? [] : [Block(Actions(actions))])))
            ])
    }

    private func facts(_ words: Words) -> Facts {
        var items: [Facts.Fact] = [
            .init(words["key.prefix"], .code(prefix + "…")),
            .init(
                words["key.scopes"],
                .lines(scopes.map { words.word(for: $0, in: "scope") }, absence: words["key.no_scopes"])),
            .init(words["key.addresses"], .lines(addresses, absence: words["key.any_address"])),
            .init(words["key.issued"], .moment(words.moment(createdAt))),
            .init(words["key.expiry"], .optional(expiresAt.map(words.moment), absence: words["key.no_expiry"])),
            .init(words["key.last_used"], .optional(lastUsedAt.map(words.moment), absence: words["key.never_used"])),
        ]
        for (term, key) in [("key.replaces", replaces), ("key.replaced_by", replacedBy)] {
            guard let key else { continue }
            items.append(.init(words[term], .link(words[term + ".link"], ConsolePath.key(tenantID, key))))
        }
        return Facts(items)
    }

    private func rotate(_ words: Words) -> Block {
        let state =
            form.values["overlap"] == nil ? FormState(values: ["overlap": ["24"]], problems: form.problems) : form
        return Block(
            Disclosure(
                summary: words["key.rotate"], isOpen: !form.problems.isEmpty, explanation: words["key.rotate_text"],
                form: Form(
                    to: ConsolePath.key(tenantID, id, "rotate"), submit: words["key.rotate_submit"],
                    groups: [
                        .init([
                            Field(
                                "overlap", .number, words["key.overlap"], in: state, hint: words["key.overlap_hint"]),
                            Field(
                                "expires", .date, words["key.new_expiry"], in: state,
                                hint: words[expiresAt == nil ? "key.expiry_hint" : "key.new_expiry_hint"],
                                required: false),
                        ])
                    ])))
    }

    private func revoke(_ words: Words) -> Block {
        Block(
            ActionForm(
                action: ConsolePath.key(tenantID, id, "revoke"), submit: words["key.revoke"], isDangerous: true,
                confirmation: words("key.revoke_confirm", ["label": label])))
    }
}
