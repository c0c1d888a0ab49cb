public import struct Foundation.Date

/// The audit trail, newest first. The address says all: `chain`, `action`, `principal`, `from`, `until`, `after`.
public struct AuditPage: ConsolePage {
    public struct Row: Sendable, Codable {
        public var chain: String
        public var number: Int
        public var at: Date
        public var action: String
        public var principal: String
        public var subject: String

        public init(
            chain: String, number: Int, at: Date, action: String, principal: String, subject: String
        ) {
            self.chain = chain
            self.number = number
            self.at = at
            self.action = action
            self.principal = principal
            self.subject = subject
        }
    }

    /// Whether the chain's hashes fit, when that was checked.
    public struct Integrity: Sendable, Codable {
        public var isIntact: Bool
        public var checkedAt: Date
        /// The first entry that does not fit.
        public var brokenAt: Int?

        public init(isIntact: Bool, checkedAt: Date, brokenAt: Int? = nil) {
            self.isIntact = isIntact
            self.checkedAt = checkedAt
            self.brokenAt = brokenAt
        }
    }

    public var chains: [String]
    public var rows: [Row]
    /// Values of the filter, by field name.
    public var filter: FormState
    public var integrity: Integrity?
    public var after: String?
    public var next: String?

    public init(
        chains: [String], rows: [Row], filter: FormState = FormState(), integrity: Integrity? = nil,
        after: String? = nil, next: String? = nil
    ) {
        self.chains = chains
        self.rows = rows
        self.filter = filter
        self.integrity = integrity
        self.after = after
        self.next = next
    }

    static let filterNames = ["chain", "action", "principal", "from", "until"]

    public func content(_ words: Words) -> PageContent {
        var blocks: [Block] = []
        if let integrity { blocks.append(Block(notice(integrity, words))) }
        blocks.append(Block(form(words)))
        if rows.isEmpty {
            blocks.append(Block(EmptyState(title: words["audit.none"], text: words["audit.none_text"])))
        } else {
            blocks.append(Block(Section("entries", words["audit.entries"], [Block(table(words))])))
        }
        return .staff(
            .audit, PageHeader(title: words["audit.title"], subtitle: words["audit.text"]),
            errors: ErrorSummary(filter, order: Self.filterNames, words: words), blocks)
    }

    private func notice(_ integrity: Integrity, _ words: Words) -> Notice {
        let when = ["when": words.moment(integrity.checkedAt).text]
        guard !integrity.isIntact else { return Notice(.good, words("audit.intact", when)) }
        return Notice(
            .bad, title: words["audit.broken"],
            words("audit.broken_text", when.merging(["number": words.number(integrity.brokenAt ?? 0)]) { $1 }))
    }

    private func form(_ words: Words) -> Filter {
        let isFiltered = Self.filterNames.contains { !(filter.values[$0]?.first ?? "").isEmpty }
        return Filter(
            label: words["audit.filter"], action: ConsolePath.audit,
            fields: [
                Field(
                    "chain", .select, words["audit.chain"], in: filter, required: false,
                    choices: [("", words["filter.all"], nil)] + chains.map { ($0, $0, nil) }),
                Field("action", .search, words["audit.action"], in: filter, required: false),
                Field("principal", .search, words["audit.principal"], in: filter, required: false),
                Field("from", .date, words["audit.from"], in: filter, required: false),
                Field("until", .date, words["audit.until"], in: filter, required: false),
            ], clearHref: isFiltered ? ConsolePath.audit : nil)
    }

    private func table(_ words: Words) -> Table {
        Table(
            words["audit.title"],
            columns: [
                .init(words["audit.number"]), .init(words["audit.when"]), .init(words["audit.action"]),
                .init(words["audit.principal"]), .init(words["audit.subject"]),
            ],
            rows: rows.map { row in
                [
                    .link(
                        "\(row.chain) \(words.number(row.number))", ConsolePath.auditEntry(row.chain, row.number)),
                    .moment(words.moment(row.at)), .code(row.action), .text(row.principal), .text(row.subject),
                ]
            }, paging: Paging(first: after.map { _ in href(after: nil) }, next: next.map { href(after: $0) }))
    }

    private func href(after: String?) -> String {
        ConsolePath.query(
            ConsolePath.audit, Self.filterNames.map { ($0, filter.values[$0]?.first) } + [("after", after)])
    }
}
