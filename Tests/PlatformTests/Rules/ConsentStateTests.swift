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
        Story("superseded", [(.granted, 2, nil), (.superseded, 5, nil)], .none, since: 5),
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
                expiresAt: $0.expiresAt)
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

    private static func anyFacts(_ random: inout SplitMix64) -> [ConsentFact] {
        (0..<Int.random(in: 0...6, using: &random)).map { _ in
            fact(
                ConsentEventKind.allCases.randomElement(using: &random)!, Int.random(in: 0...8, using: &random),
                Bool.random(using: &random) ? nil : Int.random(in: 0...12, using: &random),
                recorded: Int.random(in: 0...12, using: &random))
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
