import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// Two contacts become one while somebody else is busy with one of them.
@Suite struct MergeRaceTests {
    private let person = Person(1)
    private let other = Person(2)

    /// A person known as two contacts, both agreed, and somebody else.
    private func prepare(_ region: Region) async throws -> Company {
        let company = try await Company(in: region)
        try await company.befriend(person)
        try await company.agree(person.user)
        try await company.receive(company.channel.message("u1", from: [person.user]))
        try await company.befriend(other)
        return company
    }

    /// Runs `work` up to where it wants what `hold` holds, joins the contacts if that can be done now, and lets both end.
    private func race(
        _ region: Region, _ company: Company, holding hold: (String, [any PostgresEncodable]),
        _ work: @Sendable @escaping () async throws -> Void
    ) async throws {
        let joined = Latch()
        try await region.database.holding(hold.0, hold.1) { release in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await work() }
                try await region.database.untilWaiting(1)
                group.addTask {
                    _ = try await IngestBatch(shard: region.shard).commit([
                        company.item(company.channel.message("join", from: [person.user, person.phone]))
                    ]).map { try $0.get() }
                    joined.open()
                }
                try await eventually("the contacts are one, or that waits") {
                    let waiting = try await region.database.waitingCount()
                    return joined.isOpen || waiting > 1
                }
                try await release()
                try await group.waitForAll()
            }
        }
        #expect(try await region.contactFaults() == [])
        #expect(try await company.contacts().count == 2)
    }

    private func rowOf(_ person: Person, _ company: Company) async throws -> (String, [any PostgresEncodable]) {
        let contact = try await company.contacts().first { $0.addresses.contains { $0.identity == person.phone } }
        return ("SELECT 1 FROM contacts WHERE contact_id = $1 FOR UPDATE", [try #require(contact).id])
    }

    @Test func `a message that is being accepted for one of them is delivered to the person`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            let hold = ("LOCK TABLE idempotency_keys IN SHARE MODE", [] as [any PostgresEncodable])
            try await race(region, company, holding: hold) {
                try await company.send("Hallo", to: person.byPhone, key: "k")
            }
            try await Hand(in: region).work()
            #expect(region.messenger.deliveries.map(\.text) == ["Hallo"])
            #expect(Set(region.messenger.deliveries.first?.recipient ?? []) == [person.user, person.phone])
            #expect(try await company.messages(.outbound).map(\.state) == ["sent"])
        }
    }

    @Test
    func `a message that is being stored for one of them is the person's, and so is an address that came with it`()
        async throws
    {
        try await Region.with { region in
            let company = try await prepare(region)
            try await race(region, company, holding: try await rowOf(other, company)) {
                _ = try await IngestBatch(shard: region.shard).commit([
                    company.item(company.channel.message("o", from: [other.phone], name: "A new name")),
                    company.item(company.channel.message("p", from: [person.phone, person.parent])),
                ]).map { try $0.get() }
            }
            let contact = try await company.contacts().first { $0.addresses.contains { $0.identity == person.parent } }
            #expect(Set(contact?.addresses.map(\.identity) ?? []) == [person.phone, person.user, person.parent])
            #expect(try await company.messages().count { $0.contact == contact?.id } == 4)
        }
    }

    @Test func `a withdrawal that is being recorded for one of them holds for the person`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            let hold = ("LOCK TABLE consent_events IN SHARE MODE", [] as [any PostgresEncodable])
            try await race(region, company, holding: hold) {
                try await company.declare("withdrawn", by: person.byPhone)
            }
            await expectRefusal(.consentWithdrawn) { try await company.send("Hallo", to: person.byUser) }
            await expectRefusal(.consentWithdrawn) { try await company.send("Hallo", to: person.byPhone) }
        }
    }

    @Test func `the addresses of one who was merged are those of the person`() async throws {
        try await Region.with { region in
            let company = try await prepare(region)
            let contacts = try await company.contacts().filter { contact in
                contact.addresses.contains { [person.user, person.phone].contains($0.identity) }
            }
            try await company.receive(company.channel.message("join", from: [person.user, person.phone]))
            for contact in contacts {
                let query = DeliveryStore.recipient(company.id, contact.id, plugin: Messenger.name)
                let rows = try await region.shard.worker.transactionBatch(settings: asTenant(company.id), [query])[0]
                #expect(rows.count == 2)
            }
        }
    }

    /// What two batches decided from what they saw before either was done.
    @Test func `merges that know nothing of one another leave one contact`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let people = [[person.phone], [person.user], [person.parent]]
            for (number, identities) in people.enumerated() {
                try await company.receive(company.channel.message("m\(number)", from: identities))
            }
            try await company.everybodyAgrees()
            let ids = try await company.contacts().map(\.id)
            let merge = ContactMerge(shard: try region.shard)
            for (survivor, merged) in [(0, [1]), (1, [0]), (1, [2]), (0, [1])] {
                try await merge.merge(
                    MergeNeeded(tenant: company.id, survivor: ids[survivor], merged: merged.map { ids[$0] }))
                #expect(try await region.contactFaults() == [], "\(merged) into \(survivor)")
            }
            try await company.receive(company.channel.message("all", from: [person.user, person.parent, person.phone]))
            #expect(try await company.contacts().only?.addresses.count == 3)
            #expect(try await region.contactFaults() == [])
        }
    }
}
