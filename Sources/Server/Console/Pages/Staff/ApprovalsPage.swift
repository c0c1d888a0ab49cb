public import struct Foundation.Date

/// What one person asked and another must agree to.
///
/// Posts to `ConsolePath.approval(id, "approve")`, with `reason` to `ConsolePath.approval(id, "decline")`.
public struct ApprovalsPage: ConsolePage {
    /// A number that would go from one tenant to another.
    public struct Move: Sendable, Codable {
        public struct Place: Sendable, Codable {
            public var id: String
            public var tenant: String
            public var region: String

            public init(id: String, tenant: String, region: String) {
                self.id = id
                self.tenant = tenant
                self.region = region
            }
        }

        public var number: String
        public var plugin: String
        public var from: Place
        public var to: Place

        public init(number: String, plugin: String, from: Place, to: Place) {
            self.number = number
            self.plugin = plugin
            self.from = from
            self.to = to
        }
    }

    public struct Row: Sendable, Codable {
        public var id: String
        /// e.g. `tenant.suspend`.
        public var action: String
        /// What it is about, e.g. the tenant's name.
        public var subject: String
        public var subjectPath: String?
        /// What would move.
        public var move: Move?
        public var reason: String
        public var asked: Act
        public var expiresAt: Date
        /// The reader asked it and so cannot decide it.
        public var isOwn: Bool

        public init(
            id: String, action: String, subject: String, subjectPath: String? = nil, move: Move? = nil,
            reason: String, asked: Act, expiresAt: Date, isOwn: Bool
        ) {
            self.id = id
            self.action = action
            self.subject = subject
            self.subjectPath = subjectPath
            self.move = move
            self.reason = reason
            self.asked = asked
            self.expiresAt = expiresAt
            self.isOwn = isOwn
        }
    }

    public var rows: [Row]
    public var mayDecide: Bool
    public var form: FormState

    public init(rows: [Row], mayDecide: Bool, form: FormState = FormState()) {
        self.rows = rows
        self.mayDecide = mayDecide
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        .staff(
            .approvals, PageHeader(title: words["approvals.title"], subtitle: words["approvals.text"]),
            errors: ErrorSummary(form, order: ["reason"], words: words),
            rows.isEmpty
                ? [Block(EmptyState(title: words["approvals.none"], text: words["approvals.none_text"]))]
                : rows.map { Block(section($0, words)) })
    }

    private func section(_ row: Row, _ words: Words) -> Section {
        let action = words.word(for: row.action, in: "approval.action")
        let subject = [
            Facts.Fact(
                words["approval.subject"], Inline(text: row.subject, href: row.subjectPath.flatMap(ConsolePath.own)))
        ]
        var blocks = [
            Block(
                Facts(
                    (row.move.map { facts(of: $0, words) } ?? subject) + [
                        .init(words["field.reason"], .text(row.reason)),
                        .init(
                            words["approval.asked"], Inline(text: row.asked.by, moment: words.moment(row.asked.at))),
                        .init(words["approval.expires"], .moment(words.moment(row.expiresAt))),
                    ]))
        ]
        if row.isOwn {
            blocks.append(Block(Notice(.waiting, words["approval.own"])))
        } else if mayDecide {
            blocks.append(
                Block(
                    Actions([
                        Block(
                            ActionForm(
                                action: ConsolePath.approval(row.id, "approve"), submit: words["approval.approve"],
                                subject: "\(action): \(row.subject)", isPrimary: true,
                                confirmation: words(
                                    "approval.approve_confirm", ["action": action, "subject": row.subject]))),
                        Block(decline(row, action, words)),
                    ])))
        }
        return Section("request-" + Field.id(of: row.id), action, blocks)
    }

    private func facts(of move: Move, _ words: Words) -> [Facts.Fact] {
        func place(_ place: Move.Place) -> Inline {
            .link(place.tenant, ConsolePath.tenant(place.id), note: words("approval.region", ["region": place.region]))
        }
        return [
            .init(words["channel.number"], Inline(text: move.number, code: move.plugin)),
            .init(words["approval.from"], place(move.from)), .init(words["approval.to"], place(move.to)),
        ]
    }

    private func decline(_ row: Row, _ action: String, _ words: Words) -> Disclosure {
        Disclosure(
            summary: words["approval.decline"], subject: "\(action): \(row.subject)", isDangerous: true,
            form: Form(
                to: ConsolePath.approval(row.id, "decline"), submit: words["approval.decline"],
                groups: [
                    .init([
                        Field(
                            "reason", .area(rows: 2), words["field.reason"], in: FormState(), idSuffix: row.id)
                    ])
                ], isDangerous: true))
    }
}
