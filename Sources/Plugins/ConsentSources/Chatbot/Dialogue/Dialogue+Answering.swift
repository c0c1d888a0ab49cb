import PluginKit

import struct Foundation.Date

extension Dialogue {
    mutating func answer(_ hearing: Hearing, after previous: Date) -> DialogueStep.Outcome {
        switch hearing {
        case .pressed(let id, let title): pressed(id, title)
        case .written(let text): written(text, after: previous)
        case .other(let caption): notUnderstood(caption, toQuestion: false, after: previous)
        case .nothing: standing
        }
    }

    // MARK: Buttons

    private mutating func pressed(_ id: String, _ title: String) -> DialogueStep.Outcome {
        for shown in state.shown.reversed() {
            guard let question = question(shown: shown), let button = question.buttons.first(where: { $0.id == id })
            else { continue }
            return act(button.act, under: question, .pressed(title: button.title))
        }
        // A button that would read otherwise today: the question is put as it reads now.
        if let step = state.step, id.hasPrefix("\(step)/"), state.shown.contains(where: { question(shown: $0) == nil })
        {
            return askAfresh()
        }
        if let outcome = takeBack(id, title) { return outcome }
        // Some other message's button: an old question, or the tenant's. It answers nothing here.
        return standing
    }

    /// "Not now" under a question to which the person agreed before: withdrawing is as easy as agreeing (Art. 7(3) GDPR).
    private mutating func takeBack(_ id: String, _ title: String) -> DialogueStep.Outcome? {
        let parts = id.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[4] == "decline", let name = parts[1].split(separator: "@").first.map(String.init),
            let index = state.agreed.firstIndex(of: name)
        else { return nil }
        state.agreed.remove(at: index)
        state.declined.append(name)
        withdrawn.insert(name)
        record(.withdrawn, purpose(name), nil, .pressed(title: title))
        if agreed.isEmpty, state.shown.isEmpty { return finish(.refuse) }
        return standing
    }

    // MARK: Words

    private mutating func written(_ text: String, after previous: Date) -> DialogueStep.Outcome {
        guard let shown = state.shown.last else { return standing }
        let understanding = Understanding(text, in: state.language)
        let act: Question.Act
        let understood: String
        switch understanding.answer {
        case .yes where openQuestion?.step.isExplicit == true:
            return notUnderstood(text, toQuestion: true, after: previous)
        case .yes, .consent: (act, understood) = (.agree, "agree")
        case .no: (act, understood) = (.decline, "decline")
        case .stop: return stop(.written(text))
        case .start: return notUnderstood(text, toQuestion: true, after: previous)
        case .unclear(let toQuestion):
            if let option = option(text) {
                (act, understood) = (.option(option.id), option.id)
            } else {
                return notUnderstood(text, toQuestion: toQuestion, after: previous)
            }
        }
        // Written before the question stood there: it answers something else. Messengers cut to whole seconds, so that what came in the
        // same second may have been before.
        guard actedAt > state.askedAt || turn.occurredAt == nil else { return standing }
        guard let question = question(shown: shown) else { return askAfresh() }
        if openQuestion?.step.kind == .choice, case .agree = act {
            return notUnderstood(text, toQuestion: true, after: previous)
        }
        if openQuestion?.step.kind == .choice, case .decline = act {
            return notUnderstood(text, toQuestion: true, after: previous)
        }
        if let language = understanding.language, script.languages.contains(language) { state.language = language }
        return self.act(act, under: question, .written(text, understood: understood))
    }

    /// An option whose title was written instead of pressed.
    private func option(_ text: String) -> Script.Step.Option? {
        guard let step = openQuestion?.step, step.kind == .choice, let shown = state.shown.last else { return nil }
        let written = Utterance(text)
        guard written.isPlain else { return nil }
        return step.options.first { Utterance($0.titles[shown.language] ?? "").words == written.words }
    }

    private mutating func notUnderstood(_ text: String, toQuestion: Bool, after previous: Date) -> DialogueStep.Outcome
    {
        if state.status == .left { return .leftAlone }
        if state.switches < Self.switches, let language = LanguageGuess.language(of: text, among: script.languages),
            language != state.language
        {
            state.language = language
            state.switches += 1
            return askOpenQuestion(state.isGreeted ? .plain : .greeting) ? standing : finish(.leave)
        }
        // Whoever still writes what they came for has not answered yet.
        let quiet = max(previous, state.askedAt)
        if place == .chat, !toQuestion, actedAt.timeIntervalSince(quiet) < Self.burst { return standing }
        if actedAt <= state.askedAt, turn.occurredAt != nil { return standing }
        state.unclear += 1
        if state.unclear == 1 { return askOpenQuestion(.unclear) ? standing : finish(.leave) }
        guard agreed.isEmpty else {
            // They agreed to begin and now write what they came for: no more questions.
            if let name = state.purpose { state.passedOver.append(name) }
            return finish(.admit)
        }
        state.status = .left
        return .leftAlone
    }

    // MARK: What follows

    private mutating func act(_ act: Question.Act, under question: Question, _ how: Evidence.Act)
        -> DialogueStep.Outcome
    {
        guard let (step, purpose) = openQuestion else { return standing }
        state.status = .asking
        switch (step.kind, act) {
        case (.age, .agree):
            state.isOldEnough = true
            return go(to: step.next ?? "")
        case (.age, .decline): return go(to: step.declined ?? "")
        case (.choice, .option(let id)):
            guard let option = step.options.first(where: { $0.id == id }) else { return standing }
            if let language = option.language { state.language = language }
            return go(to: option.next)
        case (.consent, .agree):
            guard let purpose else { return standing }
            state.agreed.append(purpose.name)
            record(.granted, purpose, question, how)
            return go(to: step.id)
        case (.consent, .decline):
            guard let purpose else { return standing }
            state.declined.append(purpose.name)
            record(.refused, purpose, question, how)
            return go(to: step.declined ?? step.id)
        default: return standing
        }
    }

    func isStop(_ hearing: Hearing) -> Bool {
        switch hearing {
        case .written(let text): Understanding(text, in: state.language).answer == .stop
        case .pressed(let id, let title):
            // The title of a button of ours is what the script says; only others are read.
            !id.contains("/") && Understanding(title, in: state.language).answer == .stop
        case .other, .nothing: false
        }
    }

    /// Ends everything: what was agreed is withdrawn, what was asked or could be asked is refused.
    mutating func stop(_ hearing: Hearing) -> DialogueStep.Outcome {
        if state.status == .refused, agreed.isEmpty { return .refused }
        let how: Evidence.Act
        switch hearing {
        case .pressed(_, let title): how = .pressed(title: title)
        case .written(let text): how = .written(text, understood: "stop")
        case .other, .nothing: return standing
        }
        let question = state.shown.last.flatMap { self.question(shown: $0) }
        for purpose in setup.terms.purposes {
            if agreed.contains(purpose.name) {
                record(.withdrawn, purpose, nil, how)
            } else if !state.declined.contains(purpose.name) {
                record(.refused, purpose, purpose.name == state.purpose ? question : nil, how)
            }
        }
        for name in agreed.sorted() where !setup.terms.purposes.contains(where: { $0.name == name }) {
            record(.withdrawn, name, nil, nil, how)
        }
        withdrawn = agreed
        state.agreed = []
        state.declined = setup.terms.purposes.map(\.name)
        state.step = nil
        state.purpose = nil
        state.shown = []
        state.status = .refused
        let text = Placeholders.fill(
            script.stopped[state.language] ?? "", with: Placeholders.values(setup.terms, state.language))
        if !text.isEmpty { replies.append(.text(text)) }
        return .refused
    }

    private func purpose(_ name: String) -> ConsentTerms.Purpose? { setup.terms.purposes.first { $0.name == name } }

    private mutating func record(
        _ kind: ConsentEventKind, _ purpose: ConsentTerms.Purpose?, _ question: Question?, _ how: Evidence.Act
    ) {
        guard let purpose else { return }
        record(kind, purpose.name, purpose, question, how)
    }

    private mutating func record(
        _ kind: ConsentEventKind, _ name: String, _ purpose: ConsentTerms.Purpose?, _ question: Question?,
        _ how: Evidence.Act
    ) {
        let evidence = Evidence(
            setup: setup, language: question?.language ?? state.language, place: place, entry: state.entry, act: how,
            question: question,
            purpose: purpose, isExplicit: kind == .granted && openQuestion?.step.isExplicit ?? false,
            isOldEnough: state.isOldEnough, at: actedAt.rfc3339)
        let expiresAt =
            kind == .granted
            ? purpose?.validity.map { actedAt.addingTimeInterval(Double($0) * 86_400) } : nil
        events.append(
            ConsentEventDraft(
                kind: kind, purpose: name, occurredAt: actedAt, expiresAt: expiresAt, evidence: evidence.json))
    }
}
