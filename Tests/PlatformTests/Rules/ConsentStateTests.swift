import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct ConsentStateTests {
    struct Story: Sendable, CustomTestStringConvertible {
        let name: String
        /// Kind, minute, and the minute at which it expires.
        let facts: [(ConsentEventKind, Int, Int?)]
        let state: ConsentState
        let since: Int?

        init(_ name: String, _ facts: [(ConsentEventKind, Int, Int?)], _ state: ConsentState, since: Int?) {
            self.name = name
            self.facts = facts
            self.state = state
            self.since = since
        }

        var testDescription: String { name }
    }

    static func minute(_ minute: Int) -> Date { Date(timeIntervalSince1970: 1_800_000_000 + Double(minute) * 60) }

    static func fact(_ kind: ConsentEventKind, _ at: Int, _ end: Int? = nil, recorded: Int? = nil) -> ConsentFact {
        ConsentFact(
            kind: kind, occurredAt: minute(at), recordedAt: minute(recorded ?? at), expiresAt: end.map { minute($0) })
    }

    /// All as seen at minute 100.
    static let stories: [Story] = [
        Story("nothing", [], .none, since: nil),
        Story("asked", [(.requested, 1, nil)], .requested, since: 1),
        Story("granted", [(.requested, 1, nil), (.granted, 2, nil)], .granted, since: 2),
        Story("confirmed", [(.granted, 2, nil), (.confirmed, 3, nil)], .confirmed, since: 3),
        Story("confirmed alone", [(.confirmed, 3, nil)], .confirmed, since: 3),
        Story("asked again after granting", [(.granted, 2, nil), (.requested, 3, nil)], .granted, since: 2),
        Story("asked again after withdrawing", [(.withdrawn, 2, nil), (.requested, 3, nil)], .withdrawn, since: 2),
        Story("asked again after refusing", [(.refused, 2, nil), (.requested, 3, nil)], .refused, since: 2),
        Story("refused", [(.requested, 1, nil), (.refused, 2, nil)], .refused, since: 2),
        Story("withdrawn", [(.granted, 2, nil), (.withdrawn, 3, nil)], .withdrawn, since: 3),
        Story("agreed anew", [(.granted, 2, nil), (.withdrawn, 3, nil), (.granted, 4, nil)], .granted, since: 4),
        Story(
            "old link after withdrawal", [(.granted, 2, nil), (.withdrawn, 3, nil), (.confirmed, 4, nil)], .withdrawn,
            since: 3),
        Story("old link after refusal", [(.refused, 3, nil), (.confirmed, 4, nil)], .refused, since: 3),
        Story("old link after expiry", [(.granted, 2, 3), (.confirmed, 4, nil)], .expired, since: 3),
        Story("withdrawn and granted at once", [(.withdrawn, 2, nil), (.granted, 2, nil)], .withdrawn, since: 2),
        Story("refused and confirmed at once", [(.refused, 2, nil), (.confirmed, 2, nil)], .refused, since: 2),
        Story("refused after withdrawing", [(.withdrawn, 2, nil), (.refused, 3, nil)], .withdrawn, since: 2),
        Story("term over", [(.granted, 2, 100)], .expired, since: 100),
        Story("term not over", [(.granted, 2, 101)], .granted, since: 2),
        Story("confirmation keeps the term", [(.granted, 2, 50), (.confirmed, 3, nil)], .expired, since: 50),
        Story("confirmation with its own term", [(.granted, 2, 50), (.confirmed, 3, 200)], .confirmed, since: 3),
        Story("renewed in time", [(.granted, 2, 50), (.granted, 40, 200)], .granted, since: 40),
        Story("renewed too late", [(.granted, 2, 50), (.granted, 60, nil)], .granted, since: 60),
        Story("asked after the term", [(.granted, 2, 50), (.requested, 60, nil)], .requested, since: 60),
        Story("withdrawn after the term", [(.granted, 2, 50), (.withdrawn, 60, nil)], .withdrawn, since: 60),
        Story("the shorter of two terms at once", [(.granted, 2, 300), (.granted, 2, 50)], .expired, since: 50),
        Story("expired by an event", [(.granted, 2, nil), (.expired, 5, nil)], .expired, since: 5),
        Story("a lapsed request", [(.requested, 2, nil), (.expired, 5, nil)], .none, since: 5),
        Story("an expiry after a withdrawal", [(.withdrawn, 2, nil), (.expired, 5, nil)], .withdrawn, since: 2),
        Story("superseded", [(.granted, 2, nil), (.superseded, 5, nil)], .superseded, since: 5),
        Story(
            "a confirmation of what was superseded",
            [(.granted, 2, nil), (.superseded, 5, nil), (.confirmed, 6, nil)], .superseded, since: 5),
        Story(
            "agreed to the new terms", [(.confirmed, 2, nil), (.superseded, 5, nil), (.granted, 6, nil)], .granted,
            since: 6),
        Story(
            "asked after superseding", [(.granted, 2, nil), (.superseded, 5, nil), (.requested, 6, nil)], .requested,
            since: 6),
        Story(
            "refused the new terms", [(.granted, 2, nil), (.superseded, 5, nil), (.refused, 6, nil)], .refused,
            since: 6),
        Story("over before it was superseded", [(.granted, 2, 4), (.superseded, 5, nil)], .expired, since: 4),
        Story(
            "superseded before its term was over", [(.granted, 2, 50), (.superseded, 5, nil)], .superseded, since: 5),
        Story("a request to former terms", [(.requested, 2, nil), (.superseded, 5, nil)], .none, since: 5),
        Story(
            "superseded by one at once", [(.granted, 2, nil), (.superseded, 5, nil), (.granted, 5, nil)], .granted,
            since: 5),
        Story("superseding gives nothing back", [(.withdrawn, 2, nil), (.superseded, 5, nil)], .withdrawn, since: 2),
        Story("granted in the future", [(.granted, 101, nil)], .none, since: nil),
        Story("withdrawn by a fast clock", [(.granted, 2, nil), (.withdrawn, 101, nil)], .withdrawn, since: 101),
    ]

    @Test(arguments: stories)
    func `the facts give the state, in any order and repeated`(story: Story) {
        let facts = story.facts.map { Self.fact($0.0, $0.1, $0.2) }
        for order in [facts, facts.reversed(), facts + facts, facts + facts.reversed()] {
            let standing = ConsentState.derive(from: order, at: Self.minute(100))
            #expect(standing.state == story.state)
            #expect(standing.since == story.since.map { Self.minute($0) })
            #expect(standing.permits(at: Self.minute(100)) == [.granted, .confirmed].contains(story.state))
        }
    }

    @Test(arguments: 0..<500)
    func `any order and repetition of any facts gives one standing`(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let facts = Self.anyFacts(&random)
        let standing = ConsentState.derive(from: facts, at: Self.minute(10))
        for _ in 0..<8 {
            let again = (facts + facts.filter { _ in Bool.random(using: &random) }).shuffled(using: &random)
            #expect(ConsentState.derive(from: again, at: Self.minute(10)) == standing, "\(facts)")
        }
    }

    @Test(arguments: 0..<500)
    func `no fact from before a withdrawal, however late it comes, permits anything`(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let facts = Self.anyFacts(&random)
        let last = (facts.map(\.effectiveAt) + [Self.minute(0)]).max()!
        let withdrawal = ConsentFact(kind: .withdrawn, occurredAt: last, recordedAt: last)
        let late = Self.anyFacts(&random).map {
            ConsentFact(
                kind: $0.kind, occurredAt: min($0.occurredAt, last), recordedAt: Self.minute(99),
                expiresAt: $0.expiresAt, grounds: $0.grounds, isOwn: $0.isOwn, hasReference: $0.hasReference)
        }
        let standing = ConsentState.derive(from: facts + [withdrawal] + late, at: Self.minute(100))
        #expect(standing.state == .withdrawn)
        #expect(!standing.permits(at: Self.minute(100)))
    }

    @Test func `a source whose clock is ahead makes no consent that outlives a withdrawal`() {
        let facts = [Self.fact(.granted, 5000, recorded: 5), Self.fact(.withdrawn, 6)]
        #expect(ConsentState.derive(from: facts, at: Self.minute(10)).state == .withdrawn)
        #expect(ConsentState.derive(from: facts, at: Self.minute(9000)).state == .withdrawn)
    }

    @Test func `a standing stops permitting when its term ends, without being derived anew`() {
        let standing = ConsentState.derive(from: [Self.fact(.granted, 1, 20)], at: Self.minute(10))
        #expect(standing.expiresAt == Self.minute(20))
        #expect(standing.permits(at: Self.minute(19)))
        #expect(!standing.permits(at: Self.minute(20)))
    }

    @Test(arguments: [
        ([(ConsentEventKind.granted, 2)], 2), ([(.granted, 2), (.confirmed, 4)], 2), ([(.confirmed, 4)], 4),
        ([(.granted, 2), (.granted, 3)], 3), ([(.granted, 2), (.withdrawn, 3), (.granted, 4), (.confirmed, 5)], 4),
        ([(.granted, 2), (.withdrawn, 3)], nil),
    ])
    func `a consent is to the terms of the time at which the person agreed, whenever they confirmed it`(
        facts: [(ConsentEventKind, Int)], agreed: Int?
    ) {
        let standing = ConsentState.derive(from: facts.map { Self.fact($0.0, $0.1) }, at: Self.minute(10))
        #expect(standing.agreedAt == agreed.map { Self.minute($0) })
        for renewal in 1...6 {
            let later = standing.under(termsOf: Self.minute(renewal))
            #expect((later.state == .superseded) == (agreed.map { $0 < renewal } ?? false))
            #expect(later == standing || later.since == Self.minute(renewal) && !later.permits(at: Self.minute(10)))
        }
        #expect(standing.under(termsOf: nil) == standing)
    }

    @Test(arguments: 0..<500)
    func `terms that were renewed end the same consents as events that say so`(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let facts = Self.anyFacts(&random)
        let renewal = Self.minute(Int.random(in: 0...10, using: &random))
        let seen = ConsentState.derive(from: facts, at: Self.minute(10)).under(termsOf: renewal)
        let event = ConsentFact(kind: .superseded, occurredAt: renewal, recordedAt: renewal)
        let noted = ConsentState.derive(from: facts + [event], at: Self.minute(10))
        if seen.state == .superseded { #expect(noted.state == .superseded, "\(facts)") }
        if !seen.permits(at: Self.minute(10)), noted.permits(at: Self.minute(10)) {
            // Only what was agreed to anew, and weighed less than what no longer holds.
            #expect((noted.agreedAt ?? .distantPast) >= renewal, "\(facts)")
        }
    }

    // MARK: - Grounds

    struct Weighed: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var facts: [ConsentFact]
        var state = ConsentState.granted
        var grounds: ConsentGrounds
        var ends: Int?
    }

    private static func agreed(
        _ at: Int, _ proof: ConsentProof, explicit: Bool = false, age: Int? = nil, ends: Int? = nil,
        reference: Bool = false, kind: ConsentEventKind = .granted
    ) -> ConsentFact {
        ConsentFact(
            kind: kind, occurredAt: minute(at), recordedAt: minute(at), expiresAt: ends.map { minute($0) },
            grounds: ConsentGrounds(proof: proof, isExplicit: explicit, age: age), hasReference: reference)
    }

    private static func no(_ at: Int, _ kind: ConsentEventKind = .withdrawn, isOwn: Bool = true) -> ConsentFact {
        ConsentFact(kind: kind, occurredAt: minute(at), recordedAt: minute(at), isOwn: isOwn)
    }

    static let weighed = [
        Weighed(
            testDescription: "a list over what was witnessed",
            facts: [
                agreed(1, .witnessed, explicit: true, age: 18, ends: 200),
                agreed(2, .witnessed, explicit: true, kind: .confirmed), agreed(5, .asserted),
            ], state: .confirmed, grounds: .init(proof: .witnessed, isExplicit: true, age: 18), ends: 200),
        Weighed(
            testDescription: "a weaker one with a longer end",
            facts: [agreed(1, .documented, ends: 200), agreed(5, .asserted, ends: 900)],
            grounds: .init(proof: .documented), ends: 200),
        Weighed(
            testDescription: "a weaker confirmation",
            facts: [agreed(1, .witnessed, ends: 200), agreed(5, .asserted, kind: .confirmed)],
            grounds: .init(proof: .witnessed), ends: 200),
        Weighed(
            testDescription: "a stronger one", facts: [agreed(1, .asserted), agreed(5, .witnessed, ends: 200)],
            grounds: .init(proof: .witnessed), ends: 200),
        Weighed(
            testDescription: "one as strong renews",
            facts: [agreed(1, .witnessed, ends: 150), agreed(5, .witnessed, ends: 300)],
            grounds: .init(proof: .witnessed), ends: 300),
        Weighed(
            testDescription: "a weaker one once the stronger is over",
            facts: [agreed(1, .witnessed, ends: 50), agreed(60, .asserted)],
            grounds: .init(proof: .asserted)),
        Weighed(
            testDescription: "a weaker one does not outlive the stronger",
            facts: [agreed(1, .witnessed, ends: 50), agreed(40, .asserted)], state: .expired, grounds: .init(), ends: 50
        ),
        Weighed(
            testDescription: "at once, the better evidence",
            facts: [agreed(1, .asserted), agreed(1, .documented, ends: 200)],
            grounds: .init(proof: .documented), ends: 200),
        Weighed(
            testDescription: "at once, the explicit one",
            facts: [agreed(1, .documented), agreed(1, .documented, explicit: true)],
            grounds: .init(proof: .documented, isExplicit: true)),
        Weighed(
            testDescription: "declared after the person's own no", facts: [no(1), agreed(5, .documented)],
            grounds: .init(proof: .asserted)),
        Weighed(
            testDescription: "declared after the person's own refusal",
            facts: [no(1, .refused), agreed(5, .documented)],
            grounds: .init(proof: .asserted)),
        Weighed(
            testDescription: "declared with a reference", facts: [no(1), agreed(5, .documented, reference: true)],
            grounds: .init(proof: .documented)),
        Weighed(
            testDescription: "after a no that was declared too", facts: [no(1, isOwn: false), agreed(5, .documented)],
            grounds: .init(proof: .documented)),
        Weighed(
            testDescription: "the person agreed anew",
            facts: [no(1), agreed(5, .witnessed, ends: 50), agreed(60, .documented)],
            grounds: .init(proof: .documented)),
        Weighed(
            testDescription: "declared again and again",
            facts: [no(1), agreed(5, .documented), agreed(6, .documented)],
            grounds: .init(proof: .asserted)),
        Weighed(
            testDescription: "a no that is said and then declared",
            facts: [no(1), no(2, isOwn: false), agreed(5, .documented)],
            grounds: .init(proof: .asserted)),
        Weighed(
            testDescription: "a refusal after a withdrawal that was declared",
            facts: [no(1, isOwn: false), no(2, .refused), agreed(5, .documented)], grounds: .init(proof: .asserted)),
    ]

    @Test(arguments: weighed) func `what proves more stands, with its own term`(row: Weighed) {
        for order in [row.facts, row.facts.reversed(), row.facts + row.facts, row.facts.reversed() + row.facts] {
            let standing = ConsentState.derive(from: order, at: Self.minute(100))
            #expect(standing.state == row.state)
            #expect(standing.grounds == row.grounds)
            #expect(standing.expiresAt == row.ends.map { Self.minute($0) })
        }
    }

    @Test(arguments: 0..<500)
    func `while a consent stands, nothing that proves less changes it`(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let facts = Self.anyFacts(&random)
        let standing = ConsentState.derive(from: facts, at: Self.minute(20))
        guard standing.permits(at: Self.minute(20)) else { return }
        let later = ConsentFact(
            kind: Bool.random(using: &random) ? .granted : .confirmed, occurredAt: Self.minute(20),
            recordedAt: Self.minute(20),
            expiresAt: Bool.random(using: &random) ? nil : Self.minute(Int.random(in: 21...90, using: &random)),
            grounds: ConsentGrounds(proof: .asserted, isExplicit: Bool.random(using: &random)))
        let after = ConsentState.derive(from: facts + [later], at: Self.minute(20))
        if standing.grounds.proof > .asserted { #expect(after == standing, "\(facts)") }
        #expect(after.grounds.proof == standing.grounds.proof, "\(facts)")
    }

    private static func anyFacts(_ random: inout SplitMix64) -> [ConsentFact] {
        (0..<Int.random(in: 0...6, using: &random)).map { _ in
            ConsentFact(
                kind: ConsentEventKind.allCases.randomElement(using: &random)!,
                occurredAt: minute(Int.random(in: 0...8, using: &random)),
                recordedAt: minute(Int.random(in: 0...12, using: &random)),
                expiresAt: Bool.random(using: &random) ? nil : minute(Int.random(in: 0...30, using: &random)),
                grounds: ConsentGrounds(
                    proof: ConsentProof.allCases.randomElement(using: &random)!,
                    isExplicit: Bool.random(using: &random), age: [nil, 16, 18].randomElement(using: &random)!),
                isOwn: Bool.random(using: &random), hasReference: Bool.random(using: &random))
        }
    }
}

/// A small seeded generator, so that a failing case can be run again.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
