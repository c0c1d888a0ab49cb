/// Asks to move a number to another tenant. Somebody else must agree.
///
/// Sends `to` (a tenant's id) and `reason` to `ConsolePath.channel(tenant, id, "move")`; `search`, by GET, narrows the
/// tenants.
public struct MoveChannelPage: ConsolePage {
    public struct Target: Sendable, Codable {
        public var id: String
        public var name: String
        public var region: String

        public init(id: String, name: String, region: String) {
            self.id = id
            self.name = name
            self.region = region
        }
    }

    public var tenantID: String
    public var tenantName: String
    public var id: String
    public var name: String
    /// Who may get it.
    public var targets: [Target]
    /// There are more than are shown: a name narrows them.
    public var hasMore: Bool
    public var search: String
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, id: String, name: String, targets: [Target], hasMore: Bool = false,
        search: String = "", form: FormState = FormState()
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.id = id
        self.name = name
        self.targets = targets
        self.hasMore = hasMore
        self.search = search
        self.form = form
    }

    private var path: String { ConsolePath.channel(tenantID, id, "move") }

    public func content(_ words: Words) -> PageContent {
        let fields = [
            Field(
                "to", .select, words["move.to"], in: form, hint: words["move.to_hint"],
                choices: [("", words["form.no_choice"], nil)]
                    + targets.map { ($0.id, words("move.target", ["name": $0.name, "region": $0.region]), nil) }),
            .reason("reason", in: form, words),
        ]
        let ask = Form(
            to: path, submit: words["move.submit"], groups: [.init(fields)], hidden: [("search", search)],
            cancel: ConsolePath.channel(tenantID, id))
        let none = EmptyState(title: words["move.none"], text: words["move.none_text"])
        return .staff(
            .tenants, PageHeader(title: words("move.title", ["name": name]), subtitle: words["move.text"]),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
                Breadcrumb(text: name, href: ConsolePath.channel(tenantID, id)),
            ], errors: ErrorSummary(form, fields: fields, words: words),
            [
                Block(
                    Notice(
                        .waiting, title: words["move.what"], words["move.moves"],
                        lines: [words["move.stays"], words["move.fails"], words["move.waits"]]))
            ] + (hasMore || !search.isEmpty ? [Block(narrow(words))] : []) + [
                Block(Section("form", words["move.form"], [targets.isEmpty ? Block(none) : Block(ask)]))
            ])
    }

    private func narrow(_ words: Words) -> Filter {
        Filter(
            label: words["move.narrow"], action: path,
            fields: [
                Field(
                    "search", .search, words["tenants.search"], in: FormState(["search": search]),
                    hint: hasMore ? words["move.more"] : nil, required: false)
            ], clearHref: search.isEmpty ? nil : path)
    }
}
