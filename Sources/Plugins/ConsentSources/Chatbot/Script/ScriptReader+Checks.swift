import PluginKit

extension ScriptReader {
    /// What no single field shows: where the steps lead, what a person would see, and whether the law's parts are there.
    mutating func check(_ script: Script) {
        checkPurposes(script)
        checkGraph(script)
        checkAge(script)
        for step in script.ordered { checkTexts(step, script) }
        for (path, texts) in [("greeting", script.greeting), ("unclear", script.unclear), ("stopped", script.stopped)] {
            for (language, text) in texts.sorted(by: { $0.key < $1.key }) {
                checkPlaceholders(text, "\(path).\(language)", ofPurpose: false)
            }
        }
        for (language, text) in (script.reminder?.texts ?? [:]).sorted(by: { $0.key < $1.key }) {
            checkPlaceholders(text, "reminder.texts.\(language)", ofPurpose: false)
        }
        for language in script.languages {
            checkLength(
                filled(script.stopped, language), "stopped.\(language)", Limits.text, "a message")
        }
    }

    private mutating func checkPurposes(_ script: Script) {
        if terms.purposes.isEmpty { fault("(terms)", "there is no purpose to ask for") }
        if terms.purposes.count > Limits.purposes {
            fault("(terms)", "at most \(Limits.purposes) purposes can be asked for in a chat")
        }
        for step in script.ordered where step.kind == .consent && !step.isExplicit {
            for purpose in step.purposes.purposes(of: terms) where purpose.isSpecialCategory {
                fault(
                    "steps.\(step.id).explicit",
                    "\(purpose.name) concerns special categories of data: its consent must be explicit (Art. 9(2)(a) GDPR)"
                )
            }
        }
        if !script.steps.values.contains(where: { $0.kind == .consent }) {
            fault("steps", "there is no step of kind consent: nobody would be asked")
        }
        for outcome in [Script.Step.Outcome.admit, .refuse]
        where !script.steps.values.contains(where: { $0.kind == .end && $0.outcome == outcome }) {
            fault("steps", "there is no step of kind end with the outcome \(outcome.rawValue)")
        }
    }

    private mutating func checkGraph(_ script: Script) {
        var isWhole = script.steps[script.start] != nil
        if !isWhole, !script.start.isEmpty { fault("start", "there is no step \(script.start)") }
        for step in script.ordered {
            if step.kind != .end, step.kind != .choice, step.next == nil {
                fault("steps.\(step.id).next", "this is missing; give the id of a step")
                isWhole = false
            }
            if step.kind == .age, step.declined == nil {
                fault("steps.\(step.id).declined", "this is missing; give the step for who is too young")
                isWhole = false
            }
            if step.condition != nil, step.otherwise == nil, step.next == nil {
                fault("steps.\(step.id).else", "this is missing: where to go when the condition does not hold")
                isWhole = false
            }
            for (field, target) in step.ways where script.steps[target] == nil {
                fault("steps.\(step.id).\(field)", "there is no step \(target)")
                isWhole = false
            }
        }
        guard isWhole else { return }
        let reached = script.reached(from: [script.start])
        for step in script.ordered where !reached.contains(step.id) {
            fault("steps.\(step.id)", "no step leads here")
        }
        let ends = script.steps.values.filter { $0.kind == .end }.map(\.id)
        let ending = script.leading(to: Set(ends))
        for step in script.ordered where reached.contains(step.id) && !ending.contains(step.id) {
            fault("steps.\(step.id)", "this goes round in a loop without an exit: no step of kind end can be reached")
        }
        // Says that follow one another in a circle would never let the person speak.
        let talking = script.steps.filter { $0.value.kind == .say }
        for step in script.ordered where step.kind == .say {
            let following = script.reached(from: step.ways.map(\.target), within: Set(talking.keys))
            if following.contains(step.id) {
                fault("steps.\(step.id)", "this is said in a loop without an exit: no question stands in it")
            }
        }
    }

    /// With an age rule nobody may be asked for consent before the age question (Art. 8 GDPR).
    private mutating func checkAge(_ script: Script) {
        guard terms.minimumAge != nil, script.steps[script.start] != nil else { return }
        let others = Set(script.steps.values.filter { $0.kind != .age || $0.condition != nil }.map(\.id))
        let early = script.reached(from: [script.start], within: others)
        for step in script.ordered where step.kind == .consent && early.contains(step.id) {
            fault(
                "steps.\(step.id)",
                "the terms have a minimum age, and this can be reached without a step of kind age that is always asked")
        }
    }

    private mutating func checkTexts(_ step: Script.Step, _ script: Script) {
        let path = "steps.\(step.id)"
        let isConsent = step.kind == .consent
        for (field, texts) in [
            ("texts", step.texts), ("page", step.page), ("footer", step.footer), ("agree", step.agree),
            ("decline", step.decline),
        ] {
            for (language, text) in texts.sorted(by: { $0.key < $1.key }) {
                checkPlaceholders(
                    text, "\(path).\(field).\(language)",
                    ofPurpose: isConsent && (field == "texts" || field == "footer"))
            }
        }
        for language in script.languages {
            if isConsent { checkInformed(step, language, path) }
            let purposes: [ConsentTerms.Purpose?] = isConsent ? step.purposes.purposes(of: terms) : [nil]
            for purpose in purposes {
                let values = Placeholders.values(terms, language, purpose: purpose)
                let of = purpose.map { " for \($0.name)" } ?? ""
                switch step.kind {
                case .say, .end:
                    for (field, texts) in [("texts", step.texts), ("page", step.page)] {
                        checkLength(
                            Placeholders.fill(texts[language] ?? "", with: values), "\(path).\(field).\(language)",
                            Limits.text, "a message")
                    }
                case .age, .choice, .consent:
                    let prefixes = [script.greeting, script.unclear, script.reminder?.texts ?? [:]]
                        .map { filled($0, language) }
                    let longest = prefixes.max { Limits.count($0) < Limits.count($1) } ?? ""
                    checkLength(
                        Question.joined(longest, Placeholders.fill(step.texts[language] ?? "", with: values)),
                        "\(path).texts.\(language)", Limits.body, "a question with its greeting\(of)")
                    checkLength(
                        Placeholders.fill(step.footer[language] ?? "", with: values), "\(path).footer.\(language)",
                        Limits.footer, "a footer\(of)")
                }
            }
            for (field, title) in step.titles(language, path) {
                checkLength(
                    Placeholders.fill(title, with: Placeholders.values(terms, language)), field, Limits.title,
                    "a button")
            }
            let titles = step.titles(language, path).map(\.title)
            if Set(titles).count < titles.count {
                fault("\(path)", "two buttons have the same title in \(language)")
            }
        }
    }

    /// Art. 7(1) to (3) and 13 GDPR: who asks, what for, where the notice is, and how to withdraw, all in the question itself.
    private mutating func checkInformed(_ step: Script.Step, _ language: String, _ path: String) {
        guard let text = step.texts[language] else { return }
        let names = Set(Placeholders.names(in: text))
        for name in ["controller", "notice", "purpose.text"] where !names.contains(name) {
            fault("\(path).texts.\(language)", "a question for consent must hold {\(name)}")
        }
        let inFooter = Placeholders.names(in: step.footer[language] ?? "")
        if !names.contains("stop"), !inFooter.contains("stop") {
            fault(
                "\(path).footer.\(language)",
                "the text or the footer must hold {stop}: how to withdraw is told before (Art. 7(3) GDPR)")
        }
    }

    private mutating func checkPlaceholders(_ text: String, _ path: String, ofPurpose: Bool) {
        for name in Placeholders.names(in: text) {
            if Placeholders.everywhere.contains(name) || (ofPurpose && Placeholders.ofPurpose.contains(name)) {
                continue
            }
            let known = Placeholders.everywhere.union(ofPurpose ? Placeholders.ofPurpose : [])
            let list = known.sorted().map { "{\($0)}" }.joined(separator: ", ")
            fault(path, "there is no placeholder {\(name.prefix(40))} here; known are \(list)")
        }
    }

    private mutating func checkLength(_ text: String, _ path: String, _ limit: Int, _ what: String) {
        let count = Limits.count(text)
        if count > limit {
            fault(
                path, "\(what) has at most \(limit) characters in WhatsApp; this has \(count) with all that is put in")
        }
    }

    private func filled(_ texts: [String: String], _ language: String) -> String {
        Placeholders.fill(texts[language] ?? "", with: Placeholders.values(terms, language))
    }
}

extension Script.Step {
    func titles(_ language: String, _ path: String) -> [(field: String, title: String)] {
        var titles: [(field: String, title: String)] = []
        if let title = agree[language] { titles.append(("\(path).agree.\(language)", title)) }
        if let title = decline[language] { titles.append(("\(path).decline.\(language)", title)) }
        for (index, option) in options.enumerated() {
            guard let title = option.titles[language] else { continue }
            titles.append(("\(path).options[\(index)].titles.\(language)", title))
        }
        return titles
    }
}
