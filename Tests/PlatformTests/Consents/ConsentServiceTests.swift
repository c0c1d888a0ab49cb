import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct ConsentServiceTests {
    private let person = Person(1)

    @Test func `a person who is not known yet becomes a contact by agreeing, and is the same one who writes later`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let view = try await company.declare(by: person.byPhone)
            #expect(view.standing.state == .granted)
            try await company.receive(company.channel.message("m", from: [person.phone, person.user]))
            let contact = try #require(try await company.contacts().only)
            #expect(contact.id == view.contact)
            #expect(Set(contact.addresses.map(\.identity)) == [person.phone, person.user])
            // However a number is written.
            let spelt = "+" + person.phone.address.revealed
            let again = try await company.declare(by: .identity(kind: .phone, address: Personal(spelt)))
            #expect(again.contact == contact.id)
        }
    }

    @Test func `of what is stated at the same moment nothing is lost, and a no wins over a yes of the same time`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let time = Date(timeIntervalSinceNow: -60)
            for round in 0..<4 {
                let person = Person(round)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for state in ["granted", "withdrawn", "granted", "granted"] {
                        group.addTask { try await company.declare(state, by: person.byPhone, at: time) }
                    }
                    try await group.waitForAll()
                }
                let contact = try await company.declare("withdrawn", by: person.byPhone, for: "other").contact
                let consents = try await region.installation.consents.list(company.caller, contact)
                #expect(consents.first { $0.purpose == "service" }?.standing.state == .withdrawn, "round \(round)")
            }
            #expect(try await region.number("SELECT count(*) FROM consent_events") == 20)
            #expect(try await company.contacts().count == 4)
        }
    }

    @Test func `a stop at the messenger is a withdrawal, and going on there is no consent`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            let before = Date(timeIntervalSinceNow: -120)
            for purpose in ["marketing", "news"] {
                try await company.declare(by: person.byPhone, for: purpose, at: before)
            }
            func tell(_ stopped: Bool, _ key: String) async throws {
                let event = ChannelEvent.Kind.preference(
                    person: PersonReference(identities: [person.phone]), purpose: "marketing", stopped: stopped)
                let time = Date(timeIntervalSinceNow: -60)
                for _ in 0..<2 { try await company.receive(company.channel.event(event, key: key, at: time)) }
            }
            try await tell(true, "stop")
            await expectRefusal(.consentWithdrawn) {
                try await company.send("Angebot", to: person.byPhone, for: "marketing")
            }
            try await company.send("Nachricht", to: person.byPhone, for: "news")
            try await tell(false, "resume")
            await expectRefusal(.consentWithdrawn) {
                try await company.send("Angebot", to: person.byPhone, for: "marketing")
            }
            #expect(
                try await region.number("SELECT count(*) FROM consent_events WHERE source = 'scripted'") == 1)
            // Somebody says that they agreed anew; then also where that can be looked up.
            try await company.declare(by: person.byPhone, for: "marketing")
            await expectRefusal(.consentUnproven) {
                try await company.send("Angebot", to: person.byPhone, for: "marketing")
            }
            let body: JSON = [
                "purpose": "marketing", "state": "granted", "occurred_at": .string(Date().rfc3339),
                "evidence": ["method": "in_person", "text": "Ja, gerne.", "reference": "Ordner 7"],
            ]
            _ = try await region.installation.consents.declare(
                company.caller, source: "declared", person: person.byPhone, channel: company.channel.id, body: body)
            try await company.send("Angebot", to: person.byPhone, for: "marketing")
        }
    }

    @Test func `a person's no is taken whatever the tenant's state, a yes is not`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            _ = try await region.installation.tenants.setState(company.id, .suspended, reason: "test", .system)
            await expectRefusal(.tenantNotActive) { try await company.declare(by: person.byPhone, for: "news") }
            try await company.declare("withdrawn", by: person.byPhone)
            _ = try await region.installation.tenants.setState(company.id, .active, .system)
            await expectRefusal(.consentWithdrawn) { try await company.send("Hallo", to: person.byPhone) }
        }
    }

    @Test func `what cannot be recorded names the field, and leaves no contact behind`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let consents = region.installation.consents
            let none = try await Company(in: region)
            _ = try await region.rows("DELETE FROM channels WHERE tenant_id = $1", [none.id])
            await expectError(.conflict) {
                try await consents.declare(
                    none.caller, source: "declared", person: person.byPhone, channel: nil, body: Company.consent()
                ).view
            }
            await expectError(.invalid, field: "source") {
                try await consents.declare(
                    company.caller, source: "rumour", person: person.byPhone, channel: nil, body: Company.consent()
                ).view
            }
            await expectError(.invalid, field: "state") { try await company.declare("perhaps", by: person.byPhone) }
            await expectError(.invalid, field: "phone") {
                try await company.declare(by: .identity(kind: .phone, address: Personal("110")))
            }
            await expectError(.notFound) { try await company.declare(by: .contact(.generate())) }
            #expect(try await company.contacts().isEmpty)
        }
    }

    @Test func `a declaration that comes again records nothing, and has the first answer`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let consents = region.installation.consents
            @Sendable func declare(
                _ key: String, content: String = "{}", state: String = "granted", by caller: Caller? = nil
            ) async throws -> ConsentReceipt {
                try await consents.declare(
                    caller ?? company.caller, source: "declared", person: person.byPhone, channel: nil,
                    body: Company.consent(state),
                    repeatable: RepeatableConsent(key: try IdempotencyKey(key), content: Array(content.utf8)))
            }
            let first = try await declare("key-1")
            // What follows later does not change what was answered then.
            try await company.declare("withdrawn", by: person.byPhone)
            let again = try await declare("key-1")
            #expect(!first.isReplayed && again.isReplayed && again.id == first.id)
            #expect(again.view.standing.state == first.view.standing.state && again.view.contact == first.view.contact)
            let events = "SELECT count(*) FROM consent_events"
            #expect(try await region.number(events) == 2)
            await expectError(.idempotencyKeyReused) { try await declare("key-1", content: "{ }") }
            #expect(try await !declare("key-2").isReplayed)
            await expectError(.invalid, field: "state") { try await declare("key-3", state: "perhaps") }
            #expect(try await !declare("key-3").isReplayed, "what was refused is not kept")
            var other = company.caller
            other.key = .generate()
            #expect(try await !declare("key-1", by: other).isReplayed, "another key's keys are its own")
            let receipts = try await withThrowingTaskGroup(of: ConsentReceipt.self) { group in
                for _ in 0..<6 { group.addTask { try await declare("key-4") } }
                return try await group.reduce(into: [ConsentReceipt]()) { $0.append($1) }
            }
            #expect(Set(receipts.map(\.id)).count == 1 && receipts.filter { !$0.isReplayed }.count == 1)
            #expect(try await region.number(events) == 6)
        }
    }
}
