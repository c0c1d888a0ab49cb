import PluginKit

import struct Foundation.Date
import struct Foundation.TimeInterval

/// One turn of a dialogue: a pure state machine. What happened and the old state come in; replies, events and the new state go out.
///
/// It holds that nobody is admitted without having agreed to a purpose, and that an agreement is recorded only for a plain act under
/// exactly the text that evidence quotes.
struct Dialogue {
    /// Messages that follow one another faster belong together: whoever still writes is not asked again in between.
    static let burst: TimeInterval = 20
    /// Until the service window has closed, with some time to deliver.
    static let window: TimeInterval = 23.5 * 3600
    static let switches = 2
    static let beginnings = 5

    let script: Script
    let setup: SourceSetup
    let turn: DialogueTurn
    let place: Place
    /// When the person acted.
    let actedAt: Date
    var state: DialogueState
    var replies: [MessageContent] = []
    var events: [ConsentEventDraft] = []
    /// In this turn; the platform tells it from the next one on.
    var withdrawn: Set<String> = []
    private let isNew: Bool
    private let isOtherVersion: Bool

    init(script: Script, setup: SourceSetup, turn: DialogueTurn, place: Place = .chat) {
        self.place = place
        self.script = script
        self.setup = setup
        self.turn = turn
        actedAt = min(turn.occurredAt ?? turn.now, turn.now)
        let fallback = script.languages.first ?? "en"
        let kept = DialogueState(turn.state)
        isNew = kept == nil
        isOtherVersion = kept.map { $0.version != setup.version || !script.languages.contains($0.language) } ?? false
        state = kept ?? DialogueState(version: setup.version, language: fallback, heardAt: turn.now)
        if isNew || isOtherVersion {
            let wanted = LanguageChoice.best(turn.languages, of: script.languages)
            let isWanted = turn.languages.contains { tag in
                wanted.map { tag.lowercased() == $0 || tag.lowercased().hasPrefix("\($0)-") } ?? false
            }
            if isNew || !script.languages.contains(state.language) {
                state.language = isWanted ? wanted ?? fallback : fallback
            }
        }
        state.version = setup.version
        if isNew { state.entry = turn.entry.map { String($0.prefix(40)) } }
    }

    mutating func step() -> DialogueStep {
        let outcome: DialogueStep.Outcome
        switch turn.event {
        case .silence: outcome = isNew ? .leftAlone : hearNothing()
        case .message(let content):
            if isNew, state.entry == nil, content.context?["referral"] != nil { state.entry = "ad" }
            outcome = hear(Hearing(content))
        }
        return DialogueStep(outcome, replies: replies, events: events, state: state.json)
    }

    /// What has been agreed to on this channel, by now.
    var agreed: Set<String> { turn.agreed.subtracting(withdrawn).union(state.agreed) }

    private mutating func hear(_ hearing: Hearing) -> DialogueStep.Outcome {
        let previous = state.heardAt
        state.heardAt = max(previous, actedAt)
        if case .nothing = hearing { return isNew ? begin() : standing }
        if isStop(hearing) { return stop(hearing) }
        if isNew {
            if let language = LanguageGuess.language(of: hearing.words, among: script.languages) {
                state.language = language
            }
            return begin()
        }
        switch state.status {
        case .admitted where !agreed.isEmpty: return .admitted
        case .admitted: return beginAgain()
        // Agreed elsewhere in the meantime.
        case .refused where !turn.agreed.isEmpty, .left where !turn.agreed.isEmpty: return finish(.admit)
        case .refused: return wantsToBegin(hearing) ? beginAgain() : .refused
        case .asking, .left:
            if isOtherVersion {
                // What still holds of it the platform tells; the rest was to another text.
                state.agreed = []
                return askAfresh()
            }
            return answer(hearing, after: previous)
        }
    }

    /// What goes on when nothing is said.
    var standing: DialogueStep.Outcome {
        switch state.status {
        case .asking: .asking(until: until)
        case .admitted: agreed.isEmpty ? .leftAlone : .admitted
        case .refused: .refused
        case .left: .leftAlone
        }
    }

    /// A further question must not hold up what the person wrote; a first one may be recalled once.
    var until: Date? {
        if !agreed.isEmpty {
            return max(
                state.askedAt.addingTimeInterval(Double(script.waitMinutes) * 60), turn.now.addingTimeInterval(1))
        }
        guard let reminder = script.reminder, !state.isReminded else { return nil }
        let due = state.heardAt.addingTimeInterval(Double(reminder.afterMinutes) * 60)
        return due > turn.now ? due : turn.now.addingTimeInterval(60)
    }

    private mutating func begin() -> DialogueStep.Outcome { go(to: script.start) }

    private mutating func beginAgain() -> DialogueStep.Outcome {
        guard state.beginnings < Self.beginnings else { return .leftAlone }
        var fresh = DialogueState(version: state.version, language: state.language, heardAt: state.heardAt)
        fresh.entry = state.entry
        fresh.beginnings = state.beginnings + 1
        state = fresh
        return begin()
    }

    /// The set-up has changed since the question was put: an answer to the old text says nothing of the new one.
    mutating func askAfresh() -> DialogueStep.Outcome {
        state.status = .asking
        state.shown = []
        state.isGreeted = false
        return begin()
    }

    /// Whoever refused is left in peace, until a plain word of theirs.
    private func wantsToBegin(_ hearing: Hearing) -> Bool {
        switch hearing {
        case .written(let text): Understanding(text, in: state.language).answer == .start
        case .pressed(let id, _): id.hasSuffix("/agree")
        case .other, .nothing: false
        }
    }

    private mutating func hearNothing() -> DialogueStep.Outcome {
        guard state.status == .asking else { return standing }
        if !agreed.isEmpty { return finish(.admit) }
        guard !isOtherVersion, let reminder = script.reminder, !state.isReminded, !reminder.texts.isEmpty,
            turn.now < state.heardAt.addingTimeInterval(Self.window)
        else {
            state.status = .left
            return .leftAlone
        }
        state.isReminded = true
        guard askOpenQuestion(.reminder) else { return finish(.leave) }
        return standing
    }
}
