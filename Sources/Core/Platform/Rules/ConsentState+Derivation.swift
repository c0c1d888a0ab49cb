import PluginKit

public import struct Foundation.Date

extension ConsentState {
    /// Derives what a person's consent amounts to from all facts about it, for one purpose on one channel.
    ///
    /// The same set of facts gives the same standing in whatever order and however often each comes. Facts count in the
    /// order in which they happened:
    /// - `granted` begins a consent, and renews its term, after anything.
    /// - `confirmed` strengthens a consent and keeps its term unless it states its own. It revives nothing: an old
    ///   confirmation link that is opened after a withdrawal, refusal or end is not a new agreement.
    /// - Of both, one that proves less than the consent that stands changes nothing about it: neither what it stands on
    ///   nor its term. At the same instant the better grounds count.
    /// - After the person's own no, a declared agreement that names no reference is the declarer's word alone, whatever
    ///   else it brings (`ConsentProof.asserted`): only the person takes a no back, or what shows that they did.
    /// - `withdrawn` and `refused` end it. At the same instant as a consent they win (Art. 7(3) GDPR: withdrawing is at
    ///   least as easy as giving).
    /// - `expired` ends a consent, and so does reaching `expiresAt`.
    /// - `superseded` ends a consent to terms that no longer apply; one given at the same instant stands.
    /// - `requested` is our act and not the person's: it shows only where the person has not answered, or the answer has
    ///   expired or was superseded.
    ///
    /// A consent from the future does not count yet; a withdrawal that another machine's fast clock wrote does.
    public static func derive(from facts: [ConsentFact], at now: Date) -> ConsentStanding {
        let counted = facts.filter { $0.effectiveAt <= now || $0.kind.endsAtOnce }
        var story = Story()
        for fact in counted.sorted(by: precedes) { story.take(fact) }
        return story.standing.seen(at: now)
    }

    /// Whether a declared agreement comes after the person's own no and shows nothing that outweighs it.
    static func isAfterOwnNo(_ fact: ConsentFact, among facts: [ConsentFact]) -> Bool {
        var story = Story()
        for earlier in facts.sorted(by: precedes) where precedes(earlier, fact) { story.take(earlier) }
        return story.noOutweighs(fact)
    }

    /// What is known after some of the facts.
    private struct Story {
        var standing = ConsentStanding.none
        /// Whether the person themself said no, and nothing has shown since that they agreed anew.
        var saidNo = false

        mutating func take(_ fact: ConsentFact) {
            let grounds = noOutweighs(fact) ? fact.grounds.asAsserted : fact.grounds
            standing = standing.seen(at: fact.effectiveAt).after(fact, grounds)
            switch fact.kind {
            case .withdrawn, .refused: saidNo = saidNo || fact.isOwn
            case .granted: saidNo = saidNo && grounds.proof == .asserted
            case .requested, .confirmed, .expired, .superseded: break
            }
        }

        func noOutweighs(_ fact: ConsentFact) -> Bool {
            saidNo && fact.kind.agrees && fact.grounds.proof != .witnessed && !fact.hasReference
        }
    }

    /// A total order but for repetitions: by time, then the stricter kind last, then the better grounds, then the shorter
    /// term.
    private static func precedes(_ one: ConsentFact, _ other: ConsentFact) -> Bool {
        if one.effectiveAt != other.effectiveAt { return one.effectiveAt < other.effectiveAt }
        if one.kind != other.kind { return one.kind.strictness < other.kind.strictness }
        if one.weight != other.weight { return one.weight < other.weight }
        return one.expiresAt ?? .distantFuture > other.expiresAt ?? .distantFuture
    }
}

extension ConsentStanding {
    /// The standing after one more fact, none of those counted before being later.
    /// - Parameter new: what the fact brings as grounds.
    fileprivate func after(_ fact: ConsentFact, _ new: ConsentGrounds) -> ConsentStanding {
        let time = fact.effectiveAt
        switch (fact.kind, state) {
        case (.granted, .granted), (.granted, .confirmed), (.confirmed, .granted), (.confirmed, .confirmed):
            guard new.proof >= grounds.proof else { return self }
            return fact.kind == .granted
                ? ConsentStanding(state: .granted, since: time, agreedAt: time, expiresAt: fact.expiresAt, grounds: new)
                : ConsentStanding(
                    state: .confirmed, since: time, agreedAt: agreedAt, expiresAt: fact.expiresAt ?? expiresAt,
                    grounds: grounds.confirmed(by: new))
        case (.granted, _):
            return ConsentStanding(
                state: .granted, since: time, agreedAt: time, expiresAt: fact.expiresAt, grounds: new)
        case (.confirmed, .none), (.confirmed, .requested):
            return ConsentStanding(
                state: .confirmed, since: time, agreedAt: time, expiresAt: fact.expiresAt, grounds: new)
        case (.withdrawn, _):
            return ConsentStanding(state: .withdrawn, since: time)
        case (.refused, .none), (.refused, .requested), (.refused, .granted), (.refused, .confirmed),
            (.refused, .expired), (.refused, .superseded), (.refused, .refused):
            return ConsentStanding(state: .refused, since: time)
        case (.expired, .granted), (.expired, .confirmed):
            return ConsentStanding(state: .expired, since: time, expiresAt: expiresAt)
        case (.superseded, .granted), (.superseded, .confirmed):
            return ConsentStanding(state: .superseded, since: time)
        case (.superseded, .requested), (.expired, .requested):
            return ConsentStanding(state: .none, since: time)
        case (.requested, .none), (.requested, .expired), (.requested, .superseded):
            return ConsentStanding(state: .requested, since: time)
        case (.confirmed, _), (.refused, _), (.expired, _), (.superseded, _), (.requested, _):
            return self
        }
    }
}

extension ConsentFact {
    /// How much it shows, from a reference down to the age; what a no is worth where nothing is agreed to.
    fileprivate var weight: (Int, Int, Int, Int, Int) {
        (
            ConsentProof.allCases.firstIndex(of: grounds.proof) ?? 0, hasReference ? 1 : 0, grounds.isExplicit ? 1 : 0,
            grounds.age ?? 0, isOwn ? 1 : 0
        )
    }
}

extension ConsentGrounds {
    fileprivate var asAsserted: ConsentGrounds { ConsentGrounds(proof: .asserted, isExplicit: isExplicit, age: age) }
}

extension ConsentEventKind {
    /// Whether it can only take permission away, so that waiting for its time to come would be wrong.
    var endsAtOnce: Bool {
        switch self {
        case .withdrawn, .refused: true
        case .requested, .granted, .confirmed, .expired, .superseded: false
        }
    }

    var agrees: Bool { self == .granted || self == .confirmed }

    fileprivate var strictness: Int {
        switch self {
        case .requested: 0
        case .superseded: 1
        case .granted: 2
        case .confirmed: 3
        case .expired: 4
        case .refused: 5
        case .withdrawn: 6
        }
    }
}
