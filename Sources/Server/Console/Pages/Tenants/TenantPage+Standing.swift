extension TenantPage {
    func checklist(_ words: Words) -> Section {
        let open = checks.count { !$0.isDone }
        return Section(
            "missing", words["tenant.missing"], text: words["tenant.missing_text"],
            badge: open == 0
                ? Badge(words["checklist.complete"], .good) : Badge(words.count("checklist.left", open), .warning),
            [
                Block(
                    Checklist(
                        items: checks.map { check in
                            let key = "requirement." + check.requirement.rawValue
                            return .init(
                                text: words[key], isDone: check.isDone, detail: check.detail,
                                link: check.isDone || !mayManage
                                    ? nil : ActionLink(text: words[key + ".mend"], href: place(of: check.requirement)))
                        }))
            ])
    }

    private func place(of requirement: Requirement) -> String {
        switch requirement {
        case .details: ConsolePath.tenant(id, "details")
        case .region: ConsolePath.regions
        case .agreement: ConsolePath.tenant(id) + "#agreements"
        case .channel: ConsolePath.tenant(id, "channels", "new")
        case .key: ConsolePath.tenant(id, "keys", "new")
        }
    }

    func standing(_ words: Words) -> Section {
        Section(
            "standing", words["tenant.standing"],
            [
                Block(
                    Facts([
                        .init(words["tenant.state"], .badge(words.badge(stage))),
                        .init(words["tenant.created"], .moment(words.moment(createdAt))),
                        .init(words["tenant.id"], .code(id)),
                        .init(
                            words["tenant.dead_letters"],
                            deadLetters == 0
                                ? .absent(words["tenant.no_dead_letters"])
                                : .badge(Badge(words.count("tenant.dead_letter_count", deadLetters), .warning))),
                    ])),
                Block(Actions(moves.map { Block(disclosure($0, words)) })),
            ])
    }

    /// Every move is recorded with its reason, so each asks for one.
    private func disclosure(_ move: Move, _ words: Words) -> Disclosure {
        let key = "tenant.move." + move.rawValue
        let isDangerous = [.suspend, .terminate, .erase].contains(move)
        return Disclosure(
            reasoned: move.rawValue, key, to: ConsolePath.tenant(id, "moves", move.rawValue), in: form,
            isDangerous: isDangerous, isRequired: isDangerous,
            confirmation: isDangerous ? words(key + ".confirm", ["name": name]) : nil, words)
    }

    func detailSection(_ words: Words) -> Section {
        let edit = ActionLink(text: words["details.edit"], href: ConsolePath.tenant(id, "details"))
        let shown = details.map {
            Facts.Fact(words.detail($0.field), .optional(words.value(of: $0), absence: words["details.absent"]))
        }
        return Section(
            "details", words["details.title"], actions: mayManage ? [edit] : [],
            [
                shown.isEmpty
                    ? Block(EmptyState(title: words["details.none"], text: words["details.none_text"]))
                    : Block(Facts(shown))
            ])
    }
}
