public import struct Foundation.Date

/// All tenants, to be searched, narrowed and sorted.
///
/// The address says all: `search`, `state`, `sort` (`name` or `created`), `after`.
public struct TenantsPage: ConsolePage {
    public struct Row: Sendable, Codable {
        public var id: String
        public var name: String
        public var stage: TenantStage
        public var region: String
        public var agreement: AgreementStage?
        public var channels: Int
        /// The worst of its channels; nil without channels.
        public var health: HealthLevel?
        public var deadLetters: Int
        public var createdAt: Date

        public init(
            id: String, name: String, stage: TenantStage, region: String, agreement: AgreementStage?,
            channels: Int, health: HealthLevel?, deadLetters: Int, createdAt: Date
        ) {
            self.id = id
            self.name = name
            self.stage = stage
            self.region = region
            self.agreement = agreement
            self.channels = channels
            self.health = health
            self.deadLetters = deadLetters
            self.createdAt = createdAt
        }
    }

    public var rows: [Row]
    public var search: String
    public var stage: TenantStage?
    public var sort: String
    public var mayCreate: Bool
    /// The cursor of this page; nil on the first.
    public var after: String?
    /// The cursor of the next page; nil on the last.
    public var next: String?

    public init(
        rows: [Row], search: String = "", stage: TenantStage? = nil, sort: String = "name", mayCreate: Bool,
        after: String? = nil, next: String? = nil
    ) {
        self.rows = rows
        self.search = search
        self.stage = stage
        self.sort = sort
        self.mayCreate = mayCreate
        self.after = after
        self.next = next
    }

    public func content(_ words: Words) -> PageContent {
        let new = ActionLink(text: words["tenants.new"], href: ConsolePath.newTenant, isPrimary: true)
        let isFiltered = !search.isEmpty || stage != nil
        var blocks: [Block] = []
        if isFiltered || !rows.isEmpty || after != nil { blocks.append(Block(filter(words, isFiltered: isFiltered))) }
        if !rows.isEmpty {
            blocks.append(Block(Section("list", words["tenants.list"], [Block(table(words))])))
        } else if isFiltered || after != nil {
            blocks.append(Block(EmptyState(title: words["tenants.none_match"], text: words["tenants.none_match_text"])))
        } else {
            blocks.append(
                Block(
                    EmptyState(
                        title: words["tenants.none"], text: words["tenants.none_text"], action: mayCreate ? new : nil)))
        }
        return .staff(.tenants, PageHeader(title: words["tenants.title"], actions: mayCreate ? [new] : []), blocks)
    }

    private func filter(_ words: Words, isFiltered: Bool) -> Filter {
        let state = FormState(["search": search, "state": stage?.rawValue ?? ""])
        let stages = TenantStage.allCases.map {
            (value: $0.rawValue, text: words.name(of: $0, in: "tenant.state"), hint: String?.none)
        }
        return Filter(
            label: words["tenants.filter"], action: ConsolePath.tenants,
            fields: [
                Field("search", .search, words["tenants.search"], in: state, required: false),
                Field(
                    "state", .select, words["tenant.state"], in: state, required: false,
                    choices: [(value: "", text: words["filter.all"], hint: nil)] + stages),
            ], clearHref: isFiltered ? ConsolePath.tenants : nil)
    }

    private func table(_ words: Words) -> Table {
        Table(
            words["tenants.title"],
            columns: [
                column("name", words["tenant.name"]), .init(words["tenant.state"]), .init(words["tenant.region"]),
                .init(words["tenant.agreement"]), .init(words["tenant.channels"]),
                .init(words["tenant.dead_letters"], isNumber: true), column("created", words["tenant.created"]),
            ],
            rows: rows.map { row in
                [
                    .link(row.name, ConsolePath.tenant(row.id)), .badge(words.badge(row.stage)), .text(row.region),
                    row.agreement.map { .badge(words.badge($0)) } ?? .absent(words["agreement.none"]),
                    row.health.map { .badge(words.badge($0), note: words.count("tenant.channel_count", row.channels)) }
                        ?? .absent(words["tenant.no_channel"]),
                    .text(words.number(row.deadLetters)), .text(words.day(row.createdAt)),
                ]
            },
            paging: Paging(first: after.map { _ in href() }, next: next.map { href(after: $0) }),
            filterLabel: rows.count > 7 ? words["table.narrow"] : nil)
    }

    private func column(_ key: String, _ title: String) -> Table.Column {
        .init(title, sortHref: href(sort: key), sorted: sort == key ? "ascending" : nil)
    }

    private func href(sort: String? = nil, after: String? = nil) -> String {
        ConsolePath.query(
            ConsolePath.tenants,
            [("search", search), ("state", stage?.rawValue), ("sort", sort ?? self.sort), ("after", after)])
    }
}
