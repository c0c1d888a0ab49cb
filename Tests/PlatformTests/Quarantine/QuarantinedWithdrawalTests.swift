import Foundation
import PluginKit
import Testing

@testable import Platform

/// Words of withdrawal of people who have agreed to nothing yet: they hold from the moment in which they are stored.
@Suite struct QuarantinedWithdrawalTests {
    private let person = Person(1)
    private let before = Date(timeIntervalSinceNow: -3600)

    private func write(_ company: Company, _ texts: [String], at time: Date = Date()) async throws {
        for (number, text) in texts.enumerated() {
            try await company.receive(
                company.channel.message("m\(number)", from: [person.phone], text, at: time))
        }
    }

    @Test(arguments: [["STOP"], ["Guten Tag", "STOP"], ["STOP", "Hallo?"]])
    func `an older consent that becomes known before the word was heard releases nothing`(texts: [String]) async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await write(company, texts)
            try await company.declare(by: person.byPhone, at: before)
            await expectRefusal(.consentMissing) { try await company.send("Angebot", to: person.byPhone) }
            try await Ear(in: region).work()
            try await Hand(in: region).work()
            #expect(try await company.messages().isEmpty)
            #expect(try await company.contacts().isEmpty)
            #expect(try await company.heldBack() == 0)
            #expect(region.messenger.texts == [WithdrawalText.confirmation(in: "de")])
            #expect(try await region.number("SELECT count(*) FROM consent_events WHERE purpose = 'all'") == 1)
            #expect(try await region.installation.consentVerifier.verify(company.id)[0].isWhole)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `what nobody heard in time is destroyed, whatever older consent there is`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await write(company, ["Guten Tag", "STOP"])
            try await company.declare(by: person.byPhone, at: before)
            _ = try await region.rows("UPDATE quarantined_messages SET expires_at = now() - interval '1 second'")
            try await QuarantineKeeper(shard: try region.shard).keep()
            #expect(try await company.heldBack() == 0)
            #expect(try await region.number("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 0)
        }
    }

    @Test func `a consent that is newer than the word releases what was written`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await write(company, ["STOP"], at: Date(timeIntervalSinceNow: -60))
            try await company.declareAnew(by: person.byPhone)
            try await Ear(in: region).work()
            #expect(try await company.messages(.inbound).map(\.content) == [.text("STOP")])
            try await company.send("Guten Tag", to: person.byPhone)
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["Guten Tag"])
        }
    }

    @Test func `a word counts also when its message is more than is kept of somebody`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let limits = QuarantineLimits.standard
            let most = limits.messages + limits.unheardMessages
            try await company.receive(
                (0..<most).map { company.channel.message("f\($0)", from: [person.phone], "\($0)") })
            let stop = company.channel.message("stop", from: [person.phone], "STOP")
            for _ in 0..<2 { #expect(try await company.receive(stop).dropped == 1) }
            #expect(try await region.number("SELECT count(*) FROM consent_events WHERE purpose = 'all'") == 1)
            try await company.declare(by: person.byPhone, at: before)
            try await Ear(in: region).work()
            #expect(try await company.messages().isEmpty)
            #expect(try await company.heldBack() == 0)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `who asks in the chat still says in its own words that a no was heard`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            region.asker.play { turn, _ in
                turn.said == "STOP"
                    ? DialogueStep(
                        .refused, replies: [.text("As you wish")], events: [turn.fact(.refused)], state: "no")
                    : DialogueStep(.asking(until: nil), replies: [.text("May we?")], state: "asked")
            }
            try await company.setUp()
            for text in ["Guten Tag", "STOP"] {
                try await company.receive(company.channel.message(text, from: [person.phone], text))
                try await Ear(in: region).work()
                try await Hand(in: region).work()
            }
            #expect(region.messenger.texts == ["May we?", "As you wish"])
            let kinds = try await region.rows("SELECT kind FROM consent_events ORDER BY kind").map {
                try $0.decode("kind", as: String.self)
            }
            #expect(kinds == ["refused", "withdrawn"])
        }
    }
}
