public import struct Foundation.Date

/// One entry of the trail, with what was and what is.
public struct AuditEntryPage: ConsolePage {
    public var chain: String
    public var number: Int
    public var at: Date
    public var action: String
    public var principal: String
    public var subject: String
    public var reason: String?
    public var requestID: String?
    public var hash: String
    public var previousHash: String
    public var changes: [Difference]

    public init(
        chain: String, number: Int, at: Date, action: String, principal: String, subject: String,
        reason: String? = nil, requestID: String? = nil, hash: String, previousHash: String,
        changes: [Difference]
    ) {
        self.chain = chain
        self.number = number
        self.at = at
        self.action = action
        self.principal = principal
        self.subject = subject
        self.reason = reason
        self.requestID = requestID
        self.hash = hash
        self.previousHash = previousHash
        self.changes = changes
    }

    public func content(_ words: Words) -> PageContent {
        let facts = Facts([
            .init(words["audit.when"], .moment(words.moment(at))), .init(words["audit.action"], .code(action)),
            .init(words["audit.principal"], .text(principal)), .init(words["audit.subject"], .text(subject)),
            .init(words["field.reason"], .optional(reason, absence: words["audit.no_reason"])),
            .init(
                words["problem.request"], requestID.map { .code($0) } ?? .absent(words["audit.no_request"])),
            .init(words["audit.hash"], .code(hash)), .init(words["audit.previous_hash"], .code(previousHash)),
        ])
        let changed =
            changes.isEmpty
            ? Block(EmptyState(title: words["audit.no_changes"], text: words["audit.no_changes_text"]))
            : Block(Difference.comparison(changes))
        return .staff(
            .audit, PageHeader(title: "\(chain) \(words.number(number))"),
            path: [Breadcrumb(text: words["audit.title"], href: ConsolePath.audit)],
            [
                Block(Section("entry", words["audit.entry"], [Block(facts)])),
                Block(Section("changes", words["audit.changes"], [changed])),
            ])
    }
}
