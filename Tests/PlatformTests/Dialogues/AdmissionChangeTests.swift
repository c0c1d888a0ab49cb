import Foundation
import PluginKit
import Testing

@testable import Platform

/// What is recorded about consent outside any dialogue, and what it means for what waits in quarantine.
@Suite struct AdmissionChangeTests {
    private let person = Person(1)

    private func write(_ company: Company, _ text: String) async throws {
        try await company.receive(company.channel.message(text, from: [person.phone], text))
    }

    @Test func `a code from a page brings what was agreed there, and releases what was written before it`() async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            region.asker.askPlainly()
            let code = try await company.keepCode(from: company.setUp())
            try await write(company, "Guten Tag")
            try await Ear(in: region).work()
            try await write(company, "Mein Code ist \(code.code.revealed.lowercased())")
            try await Ear(in: region).work()
            #expect(try await company.messages(.inbound).count == 2)
            let events = try await region.rows(
                "SELECT kind, source_id IS NOT NULL AS witnessed FROM consent_events ORDER BY seq")
            #expect(try events.map { try $0.decode("kind", as: String.self) } == ["granted", "confirmed"])
            #expect(try events.allSatisfy { try $0.decode("witnessed", as: Bool.self) })
            #expect(try await region.number("SELECT count(*) FROM entry_codes") == 0)
            // Used up: it says nothing of another person.
            let thief = company.channel.message("thief", from: [Person(2).phone], code.code.revealed)
            try await company.receive(thief)
            try await Ear(in: region).work()
            #expect(try await company.heldBack() == 1)
            try await company.send("Willkommen", to: person.byPhone)
        }
    }

    @Test func `a code is heard from somebody who has agreed already, and confirms more`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            _ = try await company.terms.set(.sample("Neues"), for: "news", of: company.id, .any, .system)
            let source = try await company.setUp(
                Asker.name, ["purposes": ["service", "news"], "greeting": ["de": "Guten Tag"]])
            let code = try await company.keepCode(from: source, Company.agreed(["news"]))
            try await write(company, code.code.revealed)
            #expect(try await company.messages(.inbound).count == 2)
            try await Ear(in: region).work()
            let contact = try #require(try await company.contacts().only)
            let consents = try await region.installation.consents.list(company.caller, contact.id)
            #expect(
                Set(consents.map { "\($0.purpose) \($0.standing.state)" }) == ["service granted", "news confirmed"])
        }
    }

    @Test func `what was agreed on a page before a withdrawal brings nobody back, what was agreed after it does`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let source = try await company.setUp()
            let old = try await company.keepCode(from: source, Company.agreed(at: Date(timeIntervalSinceNow: -3600)))
            try await company.befriend(person)
            try await write(company, "STOP")
            try await write(company, old.code.revealed)
            try await Ear(in: region).work()
            #expect(try await company.heldBack() == 0)
            #expect(try await company.messages(.inbound).count == 2)
            let new = try await company.keepCode(from: source, Company.agreed(at: Date()))
            try await write(company, new.code.revealed)
            try await Ear(in: region).work()
            #expect(try await company.messages(.inbound).last?.content == .text(new.code.revealed))
        }
    }

    private struct Case: Sendable {
        var asks: [String]?
        var declared: [(state: String, purpose: String)]
        var isKnown = false
        var destroys: Bool
    }

    private static let cases: [String: Case] = [
        "nobody asks, and a stranger refused": Case(declared: [("refused", "service")], destroys: true),
        "one of two is refused": Case(asks: ["service", "news"], declared: [("refused", "news")], destroys: false),
        "both of two are refused": Case(
            asks: ["service", "news"], declared: [("refused", "news"), ("refused", "service")], destroys: true),
        "one is withdrawn and one refused": Case(
            asks: ["service", "news"], declared: [("granted", "news"), ("withdrawn", "news"), ("refused", "service")],
            destroys: true),
        "something else is refused": Case(asks: ["service"], declared: [("refused", "parties")], destroys: false),
        "everything is withdrawn at once": Case(asks: ["service"], declared: [("withdrawn", "all")], destroys: true),
        "nobody asks, and the last is withdrawn": Case(
            declared: [("withdrawn", "service")], isKnown: true, destroys: true),
    ]

    @Test(arguments: cases.keys.sorted())
    func `a no that is recorded elsewhere destroys what waits when nothing is left to ask`(name: String) async throws {
        let row = try #require(Self.cases[name])
        try await Region.with { region in
            let company = try await Company(in: region)
            region.asker.play { _, _ in DialogueStep(.asking(until: nil), replies: [.text("May we?")], state: "asked") }
            if let asks = row.asks {
                try await company.setTerms()
                _ = try await company.terms.set(.sample("Neues"), for: "news", of: company.id, .any, .system)
                try await company.setUp(
                    Asker.name,
                    [
                        "purposes": .array(asks.map { .string($0) }), "greeting": ["de": "Guten Tag"],
                    ])
            }
            if row.isKnown {
                // Agreed, and what comes while a consent was over for a moment waits.
                try await company.befriend(person)
                _ = try await region.rows("UPDATE consents SET expires_at = now() - interval '1 second'")
            }
            try await write(company, "Guten Tag")
            try await Ear(in: region).work()
            #expect(try await company.heldBack() == 1)
            for (state, purpose) in row.declared {
                try await company.declare(state, by: person.byPhone, for: purpose)
            }
            try await Ear(in: region).work()
            #expect(try await company.heldBack() == (row.destroys ? 0 : 1))
            let inbound = try await company.messages(.inbound).count
            #expect(inbound == (row.isKnown ? 1 : 0))
        }
    }
}
