import Foundation
import PluginKit
import Testing

@testable import Platform

/// A consent source talks with somebody who has not agreed; what it says is carried out, and nothing that it may not do.
@Suite struct DialogueTests {
    private let person = Person(1)

    private func prepare(_ region: Region) async throws -> Company {
        let company = try await Company(in: region)
        region.asker.askPlainly()
        try await company.setUp()
        return company
    }

    /// The person writes, a worker hears it, and what follows is delivered.
    private func say(_ text: String, _ company: Company, id: String? = nil) async throws {
        try await company.receive(
            company.channel.message(id ?? "\(text) \(UUID())", from: [person.phone], text))
        try await Ear(in: company.region).work()
        try await Hand(in: company.region).work()
    }

    private func status(_ region: Region) async throws -> String? {
        try await region.rows("SELECT status FROM dialogues").first?.decode("status")
    }

    @Test func `somebody who is asked and agrees is written to, and what was said is shown then`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            try await say("Guten Tag", company)
            #expect(region.messenger.texts == ["May we?"])
            #expect(try await company.messages().isEmpty)
            #expect(try await company.contacts().isEmpty)
            try await say("yes", company)
            #expect(region.messenger.texts == ["May we?", "Thank you"])
            #expect(try await company.messages(.inbound).map(\.content) == [.text("Guten Tag"), .text("yes")])
            let ours = try await company.messages(.outbound)
            #expect(ours.map(\.content) == [.text("May we?"), .text("Thank you")])
            #expect(ours.allSatisfy { $0.purpose == "consent_dialogue" && $0.state == "sent" })
            let contact = try #require(try await company.contacts().only)
            let consent = try #require(try await region.installation.consents.list(company.caller, contact.id).only)
            #expect(consent.purpose == "service" && consent.standing.state == .granted)
            let event = try await region.rows("SELECT source, source_id FROM consent_events")
            #expect(try event[0].decode("source") == "asker@1.2.3")
            #expect(try await status(region) == "admitted")
            try await company.send("Wie können wir helfen?", to: person.byPhone)
            #expect(region.asker.turns.map(\.state) == [nil, "asked"])
            // The tenant has taken over: the source hears no more.
            try await say("Danke", company)
            #expect(region.asker.turns.count == 2)
        }
    }

    @Test func `a no destroys what was written, is confirmed once, and nobody is asked again but who wants to be`()
        async throws
    {
        try await Region.with { region in
            let company = try await prepare(region)
            try await say("Guten Tag", company)
            try await say("no", company)
            #expect(region.messenger.texts == ["May we?", "As you wish"])
            #expect(try await company.heldBack() == 0)
            #expect(try await region.number("SELECT count(*) FROM destroyed_messages") == 2)
            #expect(try await region.number("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 0)
            try await say("no", company)
            try await say("Hallo?", company)
            #expect(region.messenger.texts == ["May we?", "As you wish"])
            #expect(try await company.heldBack() == 0)
            #expect(try await company.contacts().isEmpty)
            #expect(try await company.messages().isEmpty)
            #expect(try await status(region) == "refused")
            // They think better of it.
            try await say("start", company)
            #expect(region.messenger.texts.last == "Again?")
            try await say("yes", company)
            #expect(try await company.messages(.inbound).map(\.content) == [.text("start"), .text("yes")])
        }
    }

    @Test func `a source that forgot the no cannot ask again`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            try await say("no", company)
            region.asker.play { _, _ in DialogueStep(.asking(until: nil), replies: [.text("Buy!")]) }
            _ = try await region.rows("UPDATE dialogues SET state_sealed = NULL")
            try await say("Hallo", company)
            #expect(region.messenger.texts == ["As you wish"])
            #expect(try await company.heldBack() == 0)
            // Its own word brings the person back, whoever asks.
            try await say("START", company)
            #expect(region.messenger.texts == ["As you wish", "Buy!"])
        }
    }

    @Test func `a source that admits somebody without a consent admits nobody`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            region.asker.play { _, _ in DialogueStep(.admitted, replies: [.text("Welcome")]) }
            try await say("Guten Tag", company)
            #expect(try await company.heldBack() == 1)
            #expect(try await company.messages().isEmpty)
            region.asker.play { turn, _ in
                DialogueStep(.admitted, events: [turn.fact(.granted, "all"), turn.fact(.granted, "consent_dialogue")])
            }
            try await say("Hallo", company)
            #expect(try await company.heldBack() == 2)
            #expect(try await region.number("SELECT count(*) FROM consent_events") == 0)
        }
    }

    @Test func `a word of withdrawal ends everything, before any agreement and in the midst of one`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            region.asker.play { turn, _ in
                DialogueStep(
                    .asking(until: nil), replies: [.text("And news?")],
                    events: turn.said == "yes" ? [turn.fact(.granted)] : [], state: "asked")
            }
            try await say("Guten Tag", company)
            try await say("yes", company)
            // Agreed to one, and asked for another: what is written still waits.
            #expect(try await company.heldBack() == 2)
            try await company.send("Hallo", to: person.byPhone)
            try await company.receive(company.channel.message("stop", from: [person.phone], "STOP"))
            // It holds from this moment on, before anybody heard it.
            await expectRefusal(.consentMissing) { try await company.send("Hallo", to: person.byPhone) }
            try await Hand(in: region).work()
            try await Ear(in: region).work()
            try await Hand(in: region).work()
            #expect(region.messenger.texts.count == 2 && region.messenger.texts[0] == "And news?")
            #expect(region.messenger.texts[1].contains("widerrufen"))
            #expect(try await company.heldBack() == 0)
            #expect(try await status(region) == "withdrawn")
            for text in ["STOP", "Hallo"] { try await say(text, company) }
            #expect(region.messenger.texts.count == 2)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `whoever withdraws by a word is told once, and asked nothing more`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            try await company.befriend(person)
            try await say("Stopp!", company)
            #expect(region.messenger.texts.count == 1)
            #expect(try await company.messages(.inbound).last?.content == .text("Stopp!"))
            try await say("Hallo", company)
            try await say("Stopp!", company)
            #expect(region.messenger.texts.count == 1 && region.asker.turns.isEmpty)
            #expect(try await company.heldBack() == 0)
            #expect(try await company.messages(.inbound).count == 2)
        }
    }

    @Test func `a question that waited for its delivery is not put to somebody who said no meanwhile`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            try await company.receive(company.channel.message("m1", from: [person.phone], "Guten Tag"))
            try await Ear(in: region).work()
            try await company.receive(company.channel.message("m2", from: [person.phone], "STOP"))
            try await Ear(in: region).work()
            try await Hand(in: region).work()
            #expect(region.messenger.texts.only?.contains("nicht mehr") == true)
            let states = try await region.rows("SELECT state, fault_code FROM messages ORDER BY message_id")
            #expect(try states[0].decode("fault_code") == "consent_withdrawn")
        }
    }

    @Test func `who is silent is asked again when the source wanted it, by one of many processes`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            region.asker.play { turn, _ in
                turn.event == .silence
                    ? DialogueStep(.leftAlone, replies: [.text("Still there?")], state: "reminded")
                    : DialogueStep(
                        .asking(until: turn.now.addingTimeInterval(3600)), replies: [.text("May we?")], state: "asked")
            }
            try await say("Guten Tag", company)
            let waker = DialogueWaker(shard: try region.shard, logger: .quiet)
            func wake() async throws {
                for _ in 0..<3 { try await waker.wake() }
                try await Ear(in: region).work()
                try await Hand(in: region).work()
            }
            try await wake()
            #expect(region.messenger.texts == ["May we?"])
            _ = try await region.rows("UPDATE dialogues SET wakes_at = now() - interval '1 second'")
            try await wake()
            #expect(region.messenger.texts == ["May we?", "Still there?"])
            #expect(region.asker.turns.map(\.event) == [.message(.text("Guten Tag")), .silence])
            try await wake()
            #expect(region.asker.turns.count == 2)
            #expect(try await status(region) == "left_alone")
            #expect(try await company.heldBack() == 1)
        }
    }

    @Test func `who answered meanwhile is not reminded`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            region.asker.play { turn, _ in
                DialogueStep(
                    .asking(until: turn.now.addingTimeInterval(3600)), replies: [.text("\(turn.event)")], state: "asked"
                )
            }
            try await say("Guten Tag", company)
            _ = try await region.rows("UPDATE dialogues SET wakes_at = now() - interval '1 second'")
            try await company.receive(company.channel.message("late", from: [person.phone], "Moment"))
            try await DialogueWaker(shard: try region.shard, logger: .quiet).wake()
            try await Ear(in: region).work()
            #expect(region.asker.turns.map(\.said) == ["Guten Tag", "Moment"])
        }
    }

    @Test func `a source that is paused leaves people waiting, and asks who writes when it goes on`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            region.asker.askPlainly()
            let source = try await company.setUp(isActive: false)
            try await say("Guten Tag", company)
            #expect(region.asker.turns.isEmpty)
            #expect(try await company.heldBack() == 1)
            _ = try await company.sources.set(.active, of: source.source.id, of: company.id, .any, .system)
            try await say("Hallo?", company)
            try await say("yes", company)
            #expect(
                try await company.messages(.inbound).map(\.content) == ["Guten Tag", "Hallo?", "yes"].map { .text($0) })
        }
    }

    @Test func `while the tenant may process nothing nobody is asked, and is when it may again`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            _ = try await region.installation.tenants.setState(company.id, .suspended, reason: "test", .system)
            try await say("Guten Tag", company)
            #expect(region.asker.turns.isEmpty && region.messenger.texts.isEmpty)
            _ = try await region.installation.tenants.setState(company.id, .active, .system)
            try await region.letTimePass()
            try await Ear(in: region).work()
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["May we?"])
        }
    }

    @Test func `a dialogue about one person goes on when they turn out to be known already`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            try await say("Guten Tag", company)
            try await company.agree(person.user)
            try await company.receive(company.channel.message("join", from: [person.user, person.phone], "Ich bin es"))
            try await Ear(in: region).work()
            #expect(try await company.messages(.inbound).map(\.content) == [.text("Guten Tag"), .text("Ich bin es")])
            #expect(try await company.contacts().count == 1)
            #expect(try await region.contactFaults() == [])
            #expect(try await region.queueFaults() == [])
        }
    }

    /// What somebody writes whom nobody knows to be the same person.
    private func sayUnknown(_ text: String, _ company: Company) async throws {
        try await company.receive(company.channel.message("\(text) \(UUID())", from: [person.user], text))
        try await Ear(in: company.region).work()
        try await Hand(in: company.region).work()
    }

    private func join(_ company: Company) async throws {
        try await company.receive(company.channel.message("join", from: [person.user, person.phone], "Ich bin es"))
        try await Ear(in: company.region).work()
        try await Hand(in: company.region).work()
    }

    @Test func `a no is the person's, also when they are being asked under another address`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            try await company.befriend(person)
            try await say("STOP", company)
            try await sayUnknown("Guten Tag", company)
            #expect(region.messenger.texts.last == "May we?")
            #expect(try await company.heldBack() == 1)
            let said = region.messenger.texts
            try await join(company)
            #expect(try await status(region) == "withdrawn")
            #expect(try await region.number("SELECT count(*) FROM dialogues") == 1)
            #expect(try await company.heldBack() == 0)
            #expect(region.messenger.texts == said)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `a later no closes what waits under another address`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            try await sayUnknown("Guten Tag", company)
            try await company.befriend(person)
            try await say("STOP", company)
            #expect(try await company.heldBack() == 1)
            // By whatever shows that they are one: here nothing that is heard.
            let contacts = try await region.rows("SELECT contact_id FROM contacts ORDER BY hidden").map {
                try $0.decode("contact_id", as: ContactID.self)
            }
            try await ContactMerge(shard: try region.shard).merge(
                MergeNeeded(tenant: company.id, survivor: contacts[0], merged: [contacts[1]]))
            try await Ear(in: region).work()
            #expect(try await status(region) == "withdrawn")
            #expect(try await company.heldBack() == 0)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `who began anew after the no goes on being asked`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            try await company.befriend(person)
            try await say("STOP", company)
            try await sayUnknown("STOP", company)
            try await sayUnknown("start", company)
            #expect(try await region.number("SELECT count(*) FROM dialogues WHERE status = 'asking'") == 1)
            try await join(company)
            #expect(try await status(region) == "asking")
            #expect(try await company.heldBack() > 0)
        }
    }
}
