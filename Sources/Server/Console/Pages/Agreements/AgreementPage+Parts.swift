extension AgreementPage {
    func step(_ words: Words) -> Section {
        var blocks = [Block(Paragraph(text: words.name(of: stage, in: "agreement.step")))]
        if let signingLink {
            blocks.append(Block(SecretOnce(id: "link", label: words["agreement.link"], value: signingLink)))
            if let linkExpiresAt {
                blocks.append(
                    Block(Facts([.init(words["agreement.link_expires"], .moment(words.moment(linkExpiresAt)))])))
            }
        }
        if !actions.isEmpty { blocks.append(Block(Actions(actions.map { block($0, words) }))) }
        return Section("step", words["agreement.next"], blocks)
    }

    private func block(_ action: Action, _ words: Words) -> Block {
        let key = "agreement.action." + action.rawValue
        let path = ConsolePath.agreement(tenantID, id, action.rawValue)
        let isDangerous = [.suspend, .end, .withdraw].contains(action)
        switch action {
        case .countersign:
            return Block(
                ActionForm(
                    action: path, submit: words[key], isPrimary: true,
                    confirmation: words("agreement.action.countersign.confirm", ["reference": reference])))
        case .link:
            return Block(
                ActionForm(action: path, submit: words[key], confirmation: words["agreement.action.link.confirm"]))
        case .offer:
            let state =
                form.values["days"] == nil
                ? FormState(values: ["days": [String(offerDays)]], problems: form.problems) : form
            return Block(
                Disclosure(
                    summary: words[key], isOpen: form.problems["days"] != nil, explanation: words[key + ".text"],
                    form: Form(
                        to: path, submit: words["agreement.action.offer.submit"],
                        groups: [.init([Field("days", .number, words["agreement.offer_days"], in: state)])])))
        case .withdraw, .suspend, .reinstate, .end:
            return Block(
                Disclosure(reasoned: action.rawValue, key, to: path, in: form, isDangerous: isDangerous, words))
        }
    }

    func life(_ words: Words) -> Section {
        Section(
            "life", words["agreement.life"],
            [
                Block(
                    Timeline(
                        entries: events.enumerated().map { index, event in
                            .init(
                                title: words.name(of: event.stage, in: "agreement.state"),
                                moment: words.moment(event.at),
                                detail: [event.by.map { words("timeline.by", ["who": $0]) }, event.detail]
                                    .compactMap { $0 }
                                    .joined(separator: " · "), code: nil, isNow: index == events.count - 1)
                        }))
            ])
    }

    func instructionSection(_ words: Words) -> Section {
        let path = ConsolePath.instructions(tenantID)
        return Section(
            "instructions", words["instructions.title"],
            [
                Block(Paragraph(text: words.count("instructions.count", instructions))),
                Block(Actions([Block(ActionLink(text: words["instructions.open"], href: path))])),
            ])
    }

    func noticeSection(_ words: Words) -> Section {
        let shown = notices.flatMap { notice -> [Block] in
            [
                Block(
                    Section(
                        "notice-" + Field.id(of: notice.id), notice.title,
                        badge: notice.objection == nil
                            ? Badge(words["notice.no_objection"], .neutral)
                            : Badge(words["notice.objected"], .warning),
                        [
                            Block(
                                Facts([
                                    .init(words["notice.sent"], .moment(words.moment(notice.sentAt))),
                                    .init(words["notice.until"], .moment(words.moment(notice.objectUntil))),
                                ])), Block(Difference.comparison(notice.differences)),
                        ]
                            + (notice.mayLink
                                ? [
                                    Block(
                                        Actions([
                                            Block(
                                                ActionForm(
                                                    action: ConsolePath.noticeLink(tenantID, notice.id),
                                                    submit: words["notice.link"], subject: notice.title))
                                        ]))
                                ] : [])
                            + (notice.objection.map { objection in
                                [
                                    Block(
                                        Notice(
                                            .warning,
                                            title: words(
                                                "notice.objection_by",
                                                ["who": objection.act.by, "day": words.day(objection.act.at)]),
                                            objection.text))
                                ]
                            } ?? [])))
            ]
        }
        return Section(
            "notices", words["notices.title"], text: words["notices.text"],
            shown.isEmpty ? [Block(EmptyState(title: words["notices.none"], text: words["notices.none_text"]))] : shown)
    }
}
