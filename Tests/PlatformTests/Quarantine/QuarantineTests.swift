import Foundation
import PluginKit
import Postgres
import TestSupport
import Testing

@testable import Platform

/// What people write before they agree: nobody reads it, and it is released in order or destroyed.
@Suite struct QuarantineTests {
    private let person = Person(1)
    private let tables = ["contacts", "identities", "conversations", "messages"]

    private func write(
        _ company: Company, _ texts: [String], at time: Date = Date(timeIntervalSinceNow: -60), name: String? = nil
    ) async throws {
        for (number, text) in texts.enumerated() {
            try await company.receive(
                company.channel.message(
                    "m-\(text)", from: [person.phone], text, name: name, at: time.addingTimeInterval(Double(number))))
        }
    }

    @Test func `nothing tells the tenant that somebody wrote, and all of it is there in order once they agree`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let before = Date(timeIntervalSinceNow: -120)
            try await write(company, ["two", "three"], at: before.addingTimeInterval(30), name: "Ada")
            // Written first, and brought last.
            try await write(company, ["one"], at: before)
            #expect(try await company.heldBack() == 3)
            #expect(try await company.messages().isEmpty)
            #expect(try await company.contacts().isEmpty)
            let reading = region.installation.reading
            #expect(try await reading.conversations(company.caller, PageRequest()).items.isEmpty)
            let hidden: ContactID = try await region.rows("SELECT contact_id FROM contacts")[0].decode("contact_id")
            await expectError(.notFound) { try await reading.contact(company.caller, hidden) }
            await expectError(.notFound) { try await region.installation.consents.list(company.caller, hidden) }
            await expectError(.notFound) { try await company.declare(by: .contact(hidden)) }
            await expectError(.notFound) { try await company.send("Hallo", to: .contact(hidden)) }

            try await company.agree(person.phone)
            try await Ear(in: region).work()
            let messages = try await company.messages(.inbound)
            let released = messages.sorted { ($0.occurredAt, $0.id) < ($1.occurredAt, $1.id) }
            #expect(released.map(\.content) == [.text("one"), .text("two"), .text("three")])
            let contact = try #require(try await company.contacts().only)
            #expect(contact.id == hidden && contact.name?.revealed == "Ada")
            let conversation = try #require(
                try await reading.conversations(company.caller, PageRequest()).items.only)
            #expect(conversation.lastInboundAt == released.last?.occurredAt)
            #expect(try await company.heldBack() == 0)
            #expect(try await region.number("SELECT count(*) FROM destroyed_messages") == 0)
            #expect(try await region.number("SELECT count(*) FROM queue_lanes") == 0)
            // The window that they opened is open.
            try await company.send("Hallo", to: person.byPhone)
            try await write(company, ["four"])
            #expect(try await company.messages(.inbound).count == 4)
        }
    }

    private static let attempts = [
        "SELECT content_sealed FROM quarantined_messages", "SELECT key_sealed FROM quarantined_messages",
        "SELECT provider_id_sealed FROM quarantined_messages", "SELECT * FROM quarantined_messages",
        "SELECT q FROM quarantined_messages q",
        "SELECT message_id FROM quarantined_messages WHERE content_sealed > 'a'",
        "SELECT count(*) FROM quarantined_messages GROUP BY key_sealed",
        "UPDATE quarantined_messages SET expires_at = now() + interval '1 year'",
        "UPDATE quarantined_messages SET contact_id = contact_id RETURNING content_sealed",
        "INSERT INTO messages (tenant_id, content_sealed) SELECT tenant_id, content_sealed FROM quarantined_messages",
        "CREATE TEMPORARY TABLE copies AS SELECT * FROM quarantined_messages", "DELETE FROM quarantined_messages",
        "DELETE FROM destroyed_messages", "TRUNCATE quarantined_messages", "SET ROLE obhut_worker",
    ]

    @Test func `no session of obhut_app reads content or key, or keeps or removes them`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await write(company, ["geheim"])
            var configuration = region.database.configuration
            configuration.username = "obhut_app"
            try await TestDatabase.withClient(configuration) { client in
                for statement in Self.attempts {
                    let error = await #expect(throws: PostgresError.self, "\(statement)") {
                        try await client.transactionBatch(
                            settings: asTenant(company.id), [PostgresQuery("test.attempt", statement)])
                    }
                    #expect(error?.sqlState == .insufficientPrivilege, "\(statement)")
                }
                // What recognises a duplicate is all it sees.
                let known = try await client.transactionBatch(
                    settings: asTenant(company.id),
                    [PostgresQuery("test.known", "SELECT provider_index FROM quarantined_messages")])[0]
                #expect(known.count == 1)
            }
            #expect(try await company.heldBack() == 1)
        }
    }

    @Test func `a duplicate changes nothing, whatever has become of the message`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            func post() async throws -> IngressReceipt {
                try await company.receive(company.channel.message("same", from: [person.phone], "Hallo"))
            }
            #expect(try await post().stored == 1)
            #expect(try await post().duplicates == 1)
            region.asker.askPlainly()
            try await company.setUp()
            try await company.receive(company.channel.message("no", from: [person.phone], "no"))
            try await Ear(in: region).work()
            #expect(try await company.heldBack() == 0)
            #expect(try await post().duplicates == 1)
            try await company.agree(person.phone)
            #expect(try await post().duplicates == 1)
            #expect(try await company.messages(.inbound).isEmpty)
        }
    }

    @Test func `messages that come while others are being released keep their order`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await write(company, ["1", "2"])
            try await company.agree(person.phone)
            // Agreed, and not released yet: what is written now waits behind the others.
            try await write(company, ["3"])
            #expect(try await company.heldBack() == 3)
            try await Ear(in: region).work()
            try await write(company, ["4"])
            #expect(
                try await company.messages(.inbound).map(\.content) == ["1", "2", "3", "4"].map { .text($0) })
        }
    }

    @Test func `agreeing on one channel opens no other`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 2)
            let second = company.channels[1]
            try await company.receive([second.message("s", from: [person.phone], "dort")], through: second)
            try await write(company, ["hier"])
            try await company.agree(person.phone)
            try await Ear(in: region).work()
            #expect(try await company.messages().map(\.content) == [.text("hier")])
            #expect(try await company.heldBack() == 1)
        }
    }

    @Test func `a message that was moved to another's row is not released`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await write(company, ["a", "b"])
            _ = try await region.rows(
                """
                UPDATE quarantined_messages q SET content_sealed = o.content_sealed, key_sealed = o.key_sealed
                FROM quarantined_messages o WHERE o.message_id < q.message_id
                """)
            try await company.agree(person.phone)
            try await Ear(in: region).work()
            #expect(try await company.messages().map(\.content) == [.text("a")])
            #expect(try await company.heldBack() == 1)
        }
    }

    @Test func `what is over its time goes, with whoever is known for nothing else`() async throws {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region))
            try await company.setTerms()
            _ = try await company.terms.set(.sample("Neues"), for: "news", of: company.id, .any, .system)
            try await company.terms.setQuarantine(hours: 24, of: company)
            region.asker.play { _, _ in DialogueStep(.asking(until: nil), replies: [.text("May we?")], state: "asked") }
            try await company.setUp()
            for tenant in [company, other] { try await write(tenant, ["still"], name: "Ada") }
            try await company.receive(company.channel.message("known", from: [Person(2).phone]))
            try await company.declare(by: Person(2).byPhone, for: "news")
            try await company.declare("withdrawn", by: Person(2).byPhone, for: "news")
            try await Ear(in: region).work()
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["May we?", "May we?"])
            let hours = try await region.rows(
                """
                SELECT extract(epoch FROM expires_at - received_at)::float8 / 3600 AS hours FROM quarantined_messages ORDER BY 1
                """)
            #expect(try hours.map { try $0.decode("hours", as: Double.self) } == [24, 24, 72])

            let keeper = QuarantineKeeper(shard: try region.shard)
            try await keeper.keep()
            #expect(try await company.heldBack() == 2)
            // A tenant that may process nothing keeps nothing longer for that.
            _ = try await region.installation.tenants.setState(company.id, .suspended, reason: "test", .system)
            _ = try await region.rows(
                "UPDATE quarantined_messages SET expires_at = now() - interval '1 second' WHERE tenant_id = $1",
                [company.id])
            try await keeper.keep()
            #expect(try await company.heldBack() == 0)
            #expect(try await other.heldBack() == 1)
            for table in tables + ["dialogues", "queue_lanes", "queue_jobs"] {
                let left = try await region.number(
                    "SELECT count(*) FROM \(table) WHERE tenant_id = $1", [company.id])
                // One was known, and is known still.
                #expect(left == (tables.contains(table) ? 1 : 0), "\(table)")
            }
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `one of whom something is known stays when what they wrote goes`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            try await company.declare("withdrawn", by: person.byPhone)
            try await write(company, ["spät"])
            _ = try await region.rows("UPDATE quarantined_messages SET expires_at = now() - interval '1 second'")
            try await QuarantineKeeper(shard: try region.shard).keep()
            #expect(try await company.heldBack() == 0)
            #expect(try await company.contacts().count == 1)
            #expect(try await company.messages().count == 1)
        }
    }

    @Test func `more than is kept of one person is counted, dropped and heard all the same`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            region.asker.askPlainly()
            try await company.setUp()
            let limits = QuarantineLimits.standard
            let most = limits.messages + limits.unheardMessages
            let receipt = try await company.receive(
                (0..<(most + 7)).map { company.channel.message("f\($0)", from: [person.phone], "\($0)") })
            #expect(receipt.stored == most && receipt.dropped == 7)
            #expect(try await region.number("SELECT messages::int FROM quarantine_drops") == 7)
            try await Ear(in: region).work()
            #expect(try await company.heldBack() == limits.messages)
            // The question was put once.
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["May we?"])
            try await write(company, ["yes"])
            try await Ear(in: region).work()
            #expect(
                try await company.messages(.inbound).map(\.content)
                    == (0..<limits.messages).map { .text("\($0)") } + [.text("yes")])
        }
    }

    @Test func `a process that dies while it releases leaves each message in one place`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await write(company, ["1", "2"])
            try await company.agree(person.phone)
            // What the worker does last fails: nothing of it has happened.
            _ = try await region.rows(
                "ALTER TABLE messages ADD CONSTRAINT messages_test CHECK (direction <> 'inbound') NOT VALID")
            try await Ear(in: region).work()
            #expect(try await company.heldBack() == 2)
            #expect(try await company.messages().isEmpty)
            _ = try await region.rows("ALTER TABLE messages DROP CONSTRAINT messages_test")
            try await region.letTimePass()
            try await Ear(in: region).work()
            #expect(try await company.messages(.inbound).map(\.content) == [.text("1"), .text("2")])
            #expect(try await company.heldBack() == 0)
            #expect(try await region.queueFaults() == [])
        }
    }
}

extension ConsentTermsService {
    fileprivate func setQuarantine(hours: Int, of company: Company) async throws {
        var profile = ConsentProfile.sample
        profile.rules.quarantineHours = hours
        _ = try await set(profile, of: company.id, .any, .system)
    }
}
