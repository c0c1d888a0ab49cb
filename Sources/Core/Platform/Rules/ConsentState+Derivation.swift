import PluginKit

public import struct Foundation.Date

extension ConsentState {
    /// Derives what a person's consent amounts to from all facts about it, for one purpose on one channel.
    ///
    /// The same set of facts gives the same standing in whatever order and however often each comes. Facts count in the
    /// order in which they happened:
    /// - `granted` begins a consent, and renews its term, after anything.
    /// - `confirmed` strengthens a consent and keeps its term unless it states its own. It revives nothing: an old
    ///   confirmation link that is opened after a withdrawal, refusal or expiry is not a new agreement.
    /// - `withdrawn` and `refused` end it. At the same instant as a consent they win (Art. 7(3) GDPR: withdrawing is at
    ///   least as easy as giving).
    /// - `expired` ends a consent, and so does reaching `expiresAt`.
    /// - `superseded` ends a consent whose terms no longer apply, leaving none; one given at the same instant stands.
    /// - `requested` is our act and not the person's: it shows only where the person has not answered, or the answer has
    ///   expired.
    ///
    /// A consent from the future does not count yet; a withdrawal that another machine's fast clock wrote does.
    public static func derive(from facts: [ConsentFact], at now: Date) -> ConsentStanding {
        let counted = facts.filter { $0.effectiveAt <= now || $0.kind.endsAtOnce }
        var standing = ConsentStanding.none
        for fact in counted.sorted(by: precedes) {
            standing = standing.seen(at: fact.effectiveAt).after(fact)
        }
        return standing.seen(at: now)
    }

    /// A total order but for repetitions: by time, then the stricter kind last, then the shorter term, then the weaker
    /// grounds.
    private static func precedes(_ one: ConsentFact, _ other: ConsentFact) -> Bool {
        if one.effectiveAt != other.effectiveAt { return one.effectiveAt < other.effectiveAt }
        if one.kind != other.kind { return one.kind.strictness < other.kind.strictness }
        let (ends, otherEnds) = (one.expiresAt ?? .distantFuture, other.expiresAt ?? .distantFuture)
        if ends != otherEnds { return ends > otherEnds }
        return one.grounds.weight > other.grounds.weight
    }
}

extension ConsentStanding {
    /// The standing after one more fact, none of those counted before being later.
    fileprivate func after(_ fact: ConsentFact) -> ConsentStanding {
        let time = fact.effectiveAt
        switch (fact.kind, state) {
        case (.granted, _):
            return ConsentStanding(state: .granted, since: time, expiresAt: fact.expiresAt, grounds: fact.grounds)
        case (.confirmed, .granted), (.confirmed, .confirmed):
            return ConsentStanding(
                state: .confirmed, since: time, expiresAt: fact.expiresAt ?? expiresAt,
                grounds: grounds.confirmed(by: fact.grounds))
        case (.confirmed, .none), (.confirmed, .requested):
            return ConsentStanding(state: .confirmed, since: time, expiresAt: fact.expiresAt, grounds: fact.grounds)
        case (.withdrawn, _):
            return ConsentStanding(state: .withdrawn, since: time)
        case (.refused, .none), (.refused, .requested), (.refused, .granted), (.refused, .confirmed),
            (.refused, .expired), (.refused, .refused):
            return ConsentStanding(state: .refused, since: time)
        case (.expired, .granted), (.expired, .confirmed):
            return ConsentStanding(state: .expired, since: time, expiresAt: expiresAt)
        case (.superseded, .granted), (.superseded, .confirmed), (.superseded, .requested), (.expired, .requested):
            return ConsentStanding(state: .none, since: time)
        case (.requested, .none), (.requested, .expired):
            return ConsentStanding(state: .requested, since: time)
        case (.confirmed, _), (.refused, _), (.expired, _), (.superseded, _), (.requested, _):
            return self
        }
    }
}

extension ConsentGrounds {
    fileprivate var weight: (Int, Int, Int) {
        (ConsentProof.allCases.firstIndex(of: proof) ?? 0, isExplicit ? 1 : 0, age ?? 0)
    }
}

extension ConsentEventKind {
    /// Whether it can only take permission away, so that waiting for its time to come would be wrong.
    var endsAtOnce: Bool {
        switch self {
        case .withdrawn, .refused: true
        case .requested, .granted, .confirmed, .expired, .superseded: false
        }
    }

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
