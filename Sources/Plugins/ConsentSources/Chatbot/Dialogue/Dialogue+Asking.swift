import PluginKit

extension Dialogue {
    /// Goes on until somebody must answer, or it is over.
    mutating func go(to start: String) -> DialogueStep.Outcome {
        var id = start
        state.step = nil
        state.purpose = nil
        state.shown = []
        for _ in 0..<Limits.moves {
            guard let step = script.steps[id] else { return finish(.leave) }
            if let condition = step.condition, !holds(condition) {
                guard let other = step.otherwise ?? step.next else { return finish(.leave) }
                id = other
                continue
            }
            switch step.kind {
            case .say: say(step)
            case .age:
                if setup.terms.minimumAge != nil, !state.isOldEnough { return ask(step, nil) }
            case .choice: return ask(step, nil)
            case .consent:
                guard setup.terms.minimumAge == nil || state.isOldEnough else { return finish(.leave) }
                if let purpose = open(in: step) { return ask(step, purpose) }
            case .end: return finish(step.outcome, at: step)
            }
            guard let next = step.next else { return finish(.leave) }
            id = next
        }
        return finish(.leave)
    }

    /// The first purpose of a step that has not been answered.
    private func open(in step: Script.Step) -> ConsentTerms.Purpose? {
        let answered = agreed.union(state.declined).union(state.passedOver)
        return step.purposes.purposes(of: setup.terms).first { purpose in
            !answered.contains(purpose.name) && (step.isExplicit || !purpose.isSpecialCategory)
        }
    }

    private func holds(_ condition: Script.Condition) -> Bool {
        func meets(_ wanted: [String]?, _ there: Set<String>) -> Bool {
            wanted.map { $0.contains { $0 == "*" ? !there.isEmpty : there.contains($0) } } ?? true
        }
        return meets(condition.agreed, agreed) && meets(condition.declined, Set(state.declined))
            && (condition.languages?.contains(state.language) ?? true)
            && (condition.entries?.contains(state.entry ?? "message") ?? true)
    }

    private mutating func say(_ step: Script.Step) {
        let texts = step.kind == .end && place != .chat ? step.page : step.texts
        let text = Placeholders.fill(
            texts[state.language] ?? "", with: Placeholders.values(setup.terms, state.language))
        if !text.isEmpty { replies.append(.text(text)) }
    }

    private mutating func ask(_ step: Script.Step, _ purpose: ConsentTerms.Purpose?) -> DialogueStep.Outcome {
        guard state.questions < Limits.questions else { return finish(.leave) }
        state.status = .asking
        state.step = step.id
        state.purpose = purpose?.name
        state.shown = []
        state.unclear = 0
        show(
            Question(step, purpose, state.language, state.isGreeted ? .plain : .greeting, script, setup.terms),
            state.isGreeted ? .plain : .greeting)
        state.isGreeted = true
        return standing
    }

    private mutating func show(_ question: Question, _ opening: Question.Opening) {
        replies.append(question.content)
        state.shown.removeAll { $0.language == question.language && $0.opening == opening }
        state.shown.append(.init(language: question.language, opening: opening, digest: question.digest))
        state.questions += 1
        state.askedAt = turn.now
    }

    /// Puts the open question again, in the language that is spoken now.
    /// - Returns: false when there is none, or it has been put too often.
    mutating func askOpenQuestion(_ opening: Question.Opening) -> Bool {
        guard let (step, purpose) = openQuestion, state.questions < Limits.questions else { return false }
        show(Question(step, purpose, state.language, opening, script, setup.terms), opening)
        return true
    }

    var openQuestion: (step: Script.Step, purpose: ConsentTerms.Purpose?)? {
        guard let step = state.step.flatMap({ script.steps[$0] }) else { return nil }
        guard let name = state.purpose else { return step.kind == .consent ? nil : (step, nil) }
        return setup.terms.purposes.first { $0.name == name }.map { (step, $0) }
    }

    /// The question as it was put in one of its ways; nil when it was not, or would read otherwise today.
    func question(shown: DialogueState.Shown) -> Question? {
        guard let (step, purpose) = openQuestion else { return nil }
        let question = Question(step, purpose, shown.language, shown.opening, script, setup.terms)
        return question.digest == shown.digest ? question : nil
    }

    /// The end that a script wants, or the one that fits: who agreed to something is admitted, and nobody else.
    mutating func finish(_ wanted: Script.Step.Outcome, at step: Script.Step? = nil) -> DialogueStep.Outcome {
        let outcome: Script.Step.Outcome = !agreed.isEmpty ? .admit : wanted == .admit ? .refuse : wanted
        let end = outcome == wanted && step != nil ? step : script.end(outcome)
        if let end, outcome != .leave || step != nil { say(end) }
        state.step = nil
        state.purpose = nil
        state.shown = []
        switch outcome {
        case .admit: state.status = .admitted
        case .refuse: state.status = .refused
        case .leave: state.status = .left
        }
        return standing
    }
}

extension Script {
    /// The first end of a kind, by id; with a condition only when there is no other.
    func end(_ outcome: Step.Outcome) -> Step? {
        let ends = ordered.filter { $0.kind == .end && $0.outcome == outcome }
        return ends.first { $0.condition == nil } ?? ends.first
    }
}
