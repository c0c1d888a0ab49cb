public import struct Foundation.Date

/// The reader's own account: tokens, sessions, password and second factor.
///
/// Sends `current_password`, `new_password`, `repeated_password` and, with a second factor, `code` to
/// `ConsolePath.password`, `label` and `expires` to
/// `ConsolePath.ownTokens`.
public struct AccountPage: ConsolePage {
    public struct Session: Sendable, Codable {
        public var id: String
        /// The browser in words.
        public var browser: String
        public var startedAt: Date
        public var lastSeenAt: Date
        public var isThisOne: Bool

        public init(id: String, browser: String, startedAt: Date, lastSeenAt: Date, isThisOne: Bool) {
            self.id = id
            self.browser = browser
            self.startedAt = startedAt
            self.lastSeenAt = lastSeenAt
            self.isThisOne = isThisOne
        }
    }

    public var name: String
    public var email: String
    public var roles: [String]
    /// Nil when passwords are off: the identity provider has them.
    public var minimumPasswordLength: Int?
    public var hasSecondFactor: Bool
    public var mayRemoveSecondFactor: Bool
    /// One is set up at signing in; here it can be only where this says so.
    public var mayEnrol: Bool
    public var tokens: [TokenRow]
    public var sessions: [Session]
    public var form: FormState

    public init(
        name: String, email: String, roles: [String], minimumPasswordLength: Int?, hasSecondFactor: Bool,
        mayRemoveSecondFactor: Bool, mayEnrol: Bool, tokens: [TokenRow], sessions: [Session],
        form: FormState = FormState()
    ) {
        self.name = name
        self.email = email
        self.roles = roles
        self.minimumPasswordLength = minimumPasswordLength
        self.hasSecondFactor = hasSecondFactor
        self.mayEnrol = mayEnrol
        self.mayRemoveSecondFactor = mayRemoveSecondFactor
        self.tokens = tokens
        self.sessions = sessions
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let labels = [
            ("current_password", "account.current_password"), ("new_password", "field.new_password"),
            ("repeated_password", "account.repeated_password"), ("code", "field.code"), ("label", "key.label"),
            ("expires", "key.expiry"),
        ]
        return .staff(
            .account, PageHeader(title: words["account.title"]),
            errors: ErrorSummary(
                form, order: labels.map(\.0), labels: Dictionary(uniqueKeysWithValues: labels.map { ($0, words[$1]) }),
                words: words),
            [
                Block(
                    Columns(
                        main: [Block(sessionSection(words)), Block(tokenSection(words))],
                        side: [Block(person(words)), Block(secondFactor(words))] + [Block](passwordSection(words))))
            ])
    }

    private func person(_ words: Words) -> Section {
        Section(
            "person", words["account.person"],
            [
                Block(
                    Facts([
                        .init(words["field.name"], .text(name)), .init(words["field.email"], .text(email)),
                        .init(words["staff.role"], .text(words.roles(roles))),
                    ]))
            ])
    }

    private func secondFactor(_ words: Words) -> Section {
        let enrol = ActionLink(
            text: words["account.enrol"], href: ConsolePath.secondFactor, isPrimary: !hasSecondFactor)
        let remove = ActionForm(
            action: ConsolePath.secondFactor + "/remove", submit: words["account.remove_factor"], isDangerous: true,
            confirmation: words["account.remove_factor_confirm"])
        var actions: [Block] = []
        if !hasSecondFactor, mayEnrol { actions.append(Block(enrol)) }
        if hasSecondFactor, mayRemoveSecondFactor { actions.append(Block(remove)) }
        return Section(
            "second-factor", words["staff.second_factor"],
            badge: hasSecondFactor
                ? Badge(words["staff.enrolled"], .good) : Badge(words["staff.not_enrolled"], .warning),
            [Block(Paragraph(text: words["account.factor_text"]))] + (actions.isEmpty ? [] : [Block(Actions(actions))]))
    }

    private func passwordSection(_ words: Words) -> Section? {
        minimumPasswordLength.map { length in
            Section(
                "password", words["account.password"], text: words["account.password_text"],
                [
                    Block(
                        Form(
                            to: ConsolePath.password, submit: words["account.change_password"],
                            groups: [
                                .init(
                                    [
                                        Field(
                                            "current_password", .password, words["account.current_password"], in: form,
                                            autocomplete: "current-password"),
                                        Field(
                                            "new_password", .password, words["field.new_password"], in: form,
                                            hint: words("field.new_password_hint", ["count": words.number(length)]),
                                            autocomplete: "new-password"),
                                        Field(
                                            "repeated_password", .password, words["account.repeated_password"],
                                            in: form,
                                            autocomplete: "new-password"),
                                    ] + (hasSecondFactor ? [code(words)] : []))
                            ]))
                ])
        }
    }

    private func code(_ words: Words) -> Field {
        // One that was typed is used up, whatever came of it.
        Field(
            "code", .code, words["field.code"], in: FormState(problems: form.problems),
            hint: words["account.code_hint"], autocomplete: "one-time-code")
    }

    private func sessionSection(_ words: Words) -> Section {
        Section(
            "sessions", words["sessions.title"], text: words["sessions.text"],
            [
                Block(
                    Table(
                        words["sessions.title"],
                        columns: [
                            .init(words["session.browser"]), .init(words["session.started"]),
                            .init(words["session.seen"]), .init(words["key.actions"], isHidden: true),
                        ],
                        rows: sessions.map { session in
                            [
                                .text(session.browser, note: session.isThisOne ? words["session.this"] : nil),
                                .moment(words.moment(session.startedAt)), .moment(words.moment(session.lastSeenAt)),
                                session.isThisOne
                                    ? Inline()
                                    : Inline(
                                        action: ActionForm(
                                            action: ConsolePath.session(session.id, "end"),
                                            submit: words["session.end"], subject: session.browser)),
                            ]
                        }))
            ])
    }

    private func tokenSection(_ words: Words) -> Section {
        let issue = Disclosure(
            summary: words["token.issue"], isOpen: form.problems["label"] != nil || form.problems["expires"] != nil,
            form: Form(
                to: ConsolePath.ownTokens, submit: words["token.issue"],
                groups: [
                    .init([
                        Field("label", .text, words["key.label"], in: form, hint: words["key.label_hint"]),
                        Field("expires", .date, words["key.expiry"], in: form, required: false),
                    ])
                ]))
        return TokenRow.section(tokens, words, actions: [Block(Actions([Block(issue)]))]) {
            ConsolePath.ownToken($0, "revoke")
        }
    }
}
