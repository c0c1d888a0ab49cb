extension TenantPage {
    func agreementSection(_ words: Words) -> Section {
        let draft = Disclosure(
            summary: words["agreement.draft"],
            isOpen: ["reference", "language", "text"].contains { form.problems[$0] != nil },
            form: Form(
                to: ConsolePath.tenant(id, "agreements"), submit: words["agreement.draft_submit"],
                groups: [
                    .init(
                        [
                            Field("reference", .text, words["agreement.reference"], in: form),
                            Field(
                                "language", .radios, words["agreement.language"], in: form,
                                choices: Language.allCases.map { ($0.rawValue, words.language($0.rawValue), nil) }),
                        ] + (texts.isEmpty ? [] : [textField(words)]))
                ]))
        let table = Table(
            words["agreements.title"],
            columns: [
                .init(words["agreement.reference"]), .init(words["agreement.state"]), .init(words["agreement.since"]),
                .init(words["agreement.next"]),
            ],
            rows: agreements.map { row in
                [
                    .link(
                        row.reference, ConsolePath.agreement(id, row.id),
                        note: words("agreement.version", ["version": row.version])),
                    .badge(words.badge(row.stage)), .moment(words.moment(row.since)),
                    .text(words.name(of: row.stage, in: "agreement.step")),
                ]
            })
        let list =
            agreements.isEmpty
            ? Block(EmptyState(title: words["agreements.none"], text: words["agreements.none_text"])) : Block(table)
        let instructions = ActionLink(text: words["instructions.title"], href: ConsolePath.instructions(id))
        return Section(
            "agreements", words["agreements.title"], actions: agreements.isEmpty ? [] : [instructions],
            [list] + (mayManage ? [Block(Actions([Block(draft)]))] : []))
    }

    private func textField(_ words: Words) -> Field {
        let standard = (value: "standard", text: words["agreement.text.standard"], hint: String?.none)
        return Field(
            "text", .radios, words["agreement.text"],
            in: form.values["text"] == nil
                ? FormState(values: form.values.merging(["text": ["standard"]]) { $1 }, problems: form.problems) : form,
            choices: [standard]
                + texts.map { text in
                    (
                        text.value,
                        words("agreement.text.version", ["name": text.name, "version": String(text.version)]),
                        text.isOwn ? words["agreement.text.own"] : nil
                    )
                })
    }

    func channelSection(_ words: Words) -> Section {
        let connect = ActionLink(text: words["channel.connect"], href: ConsolePath.tenant(id, "channels", "new"))
        let table = Table(
            words["channels.title"],
            columns: [.init(words["channel.number"]), .init(words["channel.plugin"]), .init(words["channel.state"])],
            rows: channels.map { row in
                [.link(row.name, ConsolePath.channel(id, row.id)), .code(row.plugin), .badge(words.badge(row.stage))]
            })
        var blocks: [Block] = [
            channels.isEmpty
                ? Block(EmptyState(title: words["channels.none"], text: words["channels.none_text"])) : Block(table)
        ]
        if !channels.isEmpty {
            blocks.append(
                Block(Deferred(href: ConsolePath.tenant(id, "channels", "health"), text: words["channels.health"])))
        }
        return Section("channels", words["channels.title"], actions: mayManage ? [connect] : [], blocks)
    }

    func consentSection(_ words: Words) -> Section {
        Section(
            "consent", words["consent.title"], text: words["consent.text"],
            actions: [ActionLink(text: words["consent.open"], href: ConsolePath.consent(id))], [])
    }

    func keySection(_ words: Words) -> Section {
        let issue = ActionLink(text: words["key.issue"], href: ConsolePath.tenant(id, "keys", "new"))
        let table = Table(
            words["keys.title"],
            columns: [
                .init(words["key.label"]), .init(words["key.scopes"]), .init(words["key.state"]),
                .init(words["key.last_used"]), .init(words["key.actions"], isHidden: true),
            ],
            rows: keys.map { row in
                [
                    Inline(text: row.label, href: ConsolePath.key(id, row.id), code: row.prefix + "…"),
                    .lines(row.scopes, absence: words["key.no_scopes"]),
                    Inline(
                        badge: words.badge(row.stage),
                        note: row.expiresAt.map { words("key.expires", ["day": words.day($0)]) }),
                    .optional(row.lastUsedAt.map(words.moment), absence: words["key.never_used"]),
                    row.stage == .active && mayManage
                        ? Inline(
                            action: ActionForm(
                                action: ConsolePath.key(id, row.id, "revoke"), submit: words["key.revoke"],
                                subject: row.label, isDangerous: true,
                                confirmation: words("key.revoke_confirm", ["label": row.label])))
                        : Inline(),
                ]
            })
        return Section(
            "keys", words["keys.title"], actions: mayManage ? [issue] : [],
            [
                keys.isEmpty
                    ? Block(EmptyState(title: words["keys.none"], text: words["keys.none_text"])) : Block(table)
            ])
    }
}
