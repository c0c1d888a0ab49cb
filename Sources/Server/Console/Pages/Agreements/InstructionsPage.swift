public import struct Foundation.Date

/// What a controller instructed (Art. 28(3)(a) GDPR). The log is only ever added to.
///
/// Sends `text`, `given_by`, `given_at` (a day, or empty), `seems_unlawful` (`yes`) and `answer` to
/// `ConsolePath.instructions(id)`.
public struct InstructionsPage: ConsolePage {
    public struct Row: Sendable, Codable {
        public var id: String
        public var text: String
        public var givenBy: String
        public var givenAt: Date
        public var recordedAt: Date
        /// We hold that it infringes the law, and told the controller so.
        public var seemsUnlawful: Bool
        public var answer: String?
        public var agreementID: String
        public var agreement: String

        public init(
            id: String, text: String, givenBy: String, givenAt: Date, recordedAt: Date, seemsUnlawful: Bool,
            answer: String?, agreementID: String, agreement: String
        ) {
            self.id = id
            self.text = text
            self.givenBy = givenBy
            self.givenAt = givenAt
            self.recordedAt = recordedAt
            self.seemsUnlawful = seemsUnlawful
            self.answer = answer
            self.agreementID = agreementID
            self.agreement = agreement
        }
    }

    public var tenantID: String
    public var tenantName: String
    /// Newest first.
    public var rows: [Row]
    /// There is an agreement under which something can be instructed.
    public var isBound: Bool
    public var mayRecord: Bool
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, rows: [Row], isBound: Bool, mayRecord: Bool, form: FormState = FormState()
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.rows = rows
        self.isBound = isBound
        self.mayRecord = mayRecord
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let fields = fields(words)
        var blocks: [Block] = []
        if !isBound {
            blocks.append(Block(Notice(.warning, words["instructions.unbound"])))
        } else if mayRecord {
            blocks.append(Block(Actions([Block(record(fields, words))])))
        }
        if rows.isEmpty {
            blocks.append(
                Block(EmptyState(title: words["instructions.none"], text: words["instructions.none_text"])))
        }
        return .staff(
            .tenants, PageHeader(title: words["instructions.title"], subtitle: words["instructions.text"]),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
            ], errors: ErrorSummary(form, fields: fields, words: words), blocks + rows.map { Block(section($0, words)) }
        )
    }

    private func fields(_ words: Words) -> [Field] {
        [
            Field("text", .area(rows: 5), words["instruction.text"], in: form, hint: words["instruction.text_hint"]),
            Field(
                "given_by", .text, words["instruction.given_by"], in: form, hint: words["instruction.given_by_hint"],
                autocomplete: "off"),
            Field(
                "given_at", .date, words["instruction.given_at"], in: form, hint: words["instruction.given_at_hint"],
                required: false),
            Field(
                "seems_unlawful", .box, words["instruction.seems_unlawful"], in: form,
                hint: words["instruction.seems_unlawful_hint"], required: false),
            Field(
                "answer", .area(rows: 3), words["instruction.answer"], in: form, hint: words["instruction.answer_hint"],
                required: false),
        ]
    }

    private func record(_ fields: [Field], _ words: Words) -> Disclosure {
        Disclosure(
            summary: words["instruction.record"], isOpen: form != FormState(),
            explanation: words["instruction.record_text"],
            form: Form(
                to: ConsolePath.instructions(tenantID), submit: words["instruction.submit"],
                groups: [.init(fields)]))
    }

    private func section(_ row: Row, _ words: Words) -> Section {
        let badge =
            row.seemsUnlawful
            ? Badge(words["instruction.state.unlawful"], .warning)
            : row.answer == nil
                ? Badge(words["instruction.state.recorded"], .neutral)
                : Badge(words["instruction.state.answered"], .good)
        return Section(
            "instruction-" + Field.id(of: row.id), words("instruction.of", ["day": words.day(row.givenAt)]),
            badge: badge,
            [
                Block(
                    Facts([
                        .init(words["instruction.text"], prose(row.text)),
                        .init(words["instruction.given_by"], .text(row.givenBy)),
                        .init(
                            words["instruction.answer"],
                            row.answer.map(prose) ?? .absent(words["instruction.no_answer"])),
                        .init(
                            words["instruction.under"],
                            .link(row.agreement, ConsolePath.agreement(tenantID, row.agreementID))),
                        .init(words["instruction.recorded"], .moment(words.moment(row.recordedAt))),
                    ]))
            ])
    }

    /// Its lines as they were typed.
    private func prose(_ text: String) -> Inline {
        let lines = text.split(whereSeparator: \.isNewline).map(String.init)
        return lines.count > 1 ? Inline(lines: lines) : .text(text)
    }
}
