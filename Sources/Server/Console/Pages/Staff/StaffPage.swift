public import struct Foundation.Date

/// Who works for the provider, and what each may do.
public struct StaffPage: ConsolePage {
    public struct Row: Sendable, Codable {
        public var id: String
        public var name: String
        public var email: String
        public var roles: [String]
        public var hasSecondFactor: Bool
        public var isActive: Bool
        public var lastSeenAt: Date?

        public init(
            id: String, name: String, email: String, roles: [String], hasSecondFactor: Bool, isActive: Bool,
            lastSeenAt: Date?
        ) {
            self.id = id
            self.name = name
            self.email = email
            self.roles = roles
            self.hasSecondFactor = hasSecondFactor
            self.isActive = isActive
            self.lastSeenAt = lastSeenAt
        }
    }

    public var rows: [Row]
    public var mayManage: Bool

    public init(rows: [Row], mayManage: Bool) {
        self.rows = rows
        self.mayManage = mayManage
    }

    public func content(_ words: Words) -> PageContent {
        let new = ActionLink(text: words["staff.new"], href: ConsolePath.newStaff, isPrimary: true)
        let table = Table(
            words["staff.title"],
            columns: [
                .init(words["field.name"]), .init(words["staff.role"]), .init(words["staff.state"]),
                .init(words["staff.second_factor"]), .init(words["staff.last_seen"]),
            ],
            rows: rows.map { row in
                [
                    .link(row.name, ConsolePath.member(row.id), note: row.email),
                    .text(words.roles(row.roles)),
                    .badge(
                        row.isActive
                            ? Badge(words["staff.active"], .good) : Badge(words["staff.inactive"], .neutral)),
                    .badge(
                        row.hasSecondFactor
                            ? Badge(words["staff.enrolled"], .good) : Badge(words["staff.not_enrolled"], .warning)),
                    .optional(row.lastSeenAt.map(words.moment), absence: words["staff.never_seen"]),
                ]
            }, filterLabel: rows.count > 7 ? words["table.narrow"] : nil)
        return .staff(
            .staff, PageHeader(title: words["staff.title"], actions: mayManage ? [new] : []),
            [
                rows.isEmpty
                    ? Block(EmptyState(title: words["staff.none"], text: words["staff.none_text"]))
                    : Block(Section("list", words["staff.list"], [Block(table)]))
            ])
    }
}
