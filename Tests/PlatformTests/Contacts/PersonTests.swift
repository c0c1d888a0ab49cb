import Foundation
import PluginKit
import TestSupport
import Testing

@testable import Platform

/// One person has several identities, any of which may come first.
@Suite struct PersonTests {
    private func expectOne(
        _ person: Person, messages: Int, at company: Company, _ comment: Comment
    ) async throws {
        let contacts = try await company.contacts().filter { contact in
            contact.addresses.contains { person.all.contains($0.identity) }
        }
        let contact = try #require(contacts.only, comment)
        let inUse = contact.addresses.filter { $0.retiredAt == nil }.map(\.identity)
        #expect(inUse.count == 4 && Set(inUse) == Set(person.all), comment)
        #expect(
            try await company.region.number(
                "SELECT count(*) FROM messages WHERE contact_id = $1", [contact.id]) == messages, comment)
        #expect(
            try await company.region.number(
                "SELECT count(*) FROM conversations WHERE contact_id = $1", [contact.id]) == 1, comment)
    }

    @Test func `identities that come one by one in any order, and are joined at last, are one contact`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let orders = orders(of: [\Person.phone, \.user, \.parent])
            for (number, order) in orders.enumerated() {
                let person = Person(number)
                for (step, identity) in order.enumerated() {
                    try await company.receive(
                        company.channel.message("\(number)-\(step)", from: [person[keyPath: identity]]))
                }
                try await company.receive(company.channel.message("\(number)-all", from: person.all))
            }
            try await company.everybodyAgrees()
            for number in orders.indices {
                try await expectOne(Person(number), messages: 4, at: company, "order \(number)")
            }
            #expect(try await company.contacts().count == orders.count)
            #expect(try await region.contactFaults() == [])
        }
    }

    @Test(arguments: UInt64(1)...4)
    func `identities that come in any company, one batch after the other or at once, are one contact`(seed: UInt64)
        async throws
    {
        var random = SeededGenerator(seed: seed)
        let people = (0..<12).map { Person($0) }
        var messages: [(person: Person, identities: [Identity])] = []
        for person in people {
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let lasting = [person.user, person.parent, person.phone].shuffled(using: &random)
                let some = lasting.prefix(Int.random(in: 1...2, using: &random))
                messages.append((person, some + (Bool.random(using: &random) ? [person.username] : [])))
            }
        }
        messages.shuffle(using: &random)
        let atOnce = seed % 2 == 0
        try await Region.with { [messages] region in
            let company = try await Company(in: region)
            func receive(_ number: Int) async throws {
                try await company.receive(company.channel.message("m\(number)", from: messages[number].identities))
            }
            if atOnce {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in messages.indices { group.addTask { try await receive(number) } }
                    try await group.waitForAll()
                }
            } else {
                for number in messages.indices { try await receive(number) }
            }
            for (number, person) in people.enumerated() {
                try await company.receive(company.channel.message("last\(number)", from: person.all))
            }
            try await company.everybodyAgrees()
            for (number, person) in people.enumerated() {
                let count = messages.count { $0.person == person }
                try await expectOne(person, messages: count + 1, at: company, "person \(number)")
            }
            #expect(try await company.contacts().count == people.count)
            #expect(try await company.messages().count == messages.count + people.count)
            #expect(try await region.contactFaults() == [])
        }
    }

    @Test func `one webhook may join any number of people`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let people = (0..<12).map { Person($0) }
            try await company.receive(
                people.map { company.channel.message("p\($0.phone.address.revealed)", from: [$0.phone]) })
            try await company.receive(
                people.map { company.channel.message("u\($0.phone.address.revealed)", from: [$0.user]) })
            try await company.receive(
                people.map { company.channel.message("b\($0.phone.address.revealed)", from: [$0.user, $0.phone]) })
            try await company.everybodyAgrees()
            #expect(try await company.contacts().count == people.count)
            #expect(try await region.contactFaults() == [])
        }
    }

    @Test func `a recycled number goes to its new owner, and nothing of the former one with it`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let (former, next) = (Person(1), Person(2))
            try await company.agree(former.user)
            try await company.receive(company.channel.message("m1", from: [former.user, former.phone], "former"))
            try await company.receive(company.channel.message("m2", from: [next.user, former.phone], "next"))
            // The consent was the former owner's: what the next one writes is held back.
            #expect(try await company.messages().map(\.content) == [.text("former")])
            await expectRefusal(.consentMissing) { try await company.send("Hallo", to: former.byPhone) }
            try await company.everybodyAgrees()
            let contacts = try await company.contacts()
            #expect(contacts.count == 2)
            let owner = try #require(contacts.first { $0.addresses.contains { $0.identity == next.user } })
            #expect(owner.addresses.allSatisfy { $0.retiredAt == nil } && owner.addresses.count == 2)
            let before = try #require(contacts.first { $0.id != owner.id })
            #expect(before.addresses.filter { $0.retiredAt == nil }.map(\.identity) == [former.user])
            #expect(before.addresses.filter { $0.retiredAt != nil }.map(\.identity) == [former.phone])
            try await company.send("Hallo", to: former.byUser)
            try await Hand(in: region).work()
            #expect(region.messenger.deliveries.map(\.recipient) == [[former.user]])
        }
    }

    @Test(arguments: [false, true])
    func `two owners of a number in one webhook are two people`(isKnown: Bool) async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let (former, next) = (Person(1), Person(2))
            if isKnown { try await company.receive(company.channel.message("m0", from: [former.user, former.phone])) }
            try await company.receive(
                company.channel.message("m1", from: [former.user, former.phone], "former"),
                company.channel.message("m2", from: [next.user, former.phone], "next"))
            try await company.everybodyAgrees()
            let contacts = try await company.contacts()
            let owners = contacts.filter {
                $0.addresses.contains { $0.identity == former.phone && $0.retiredAt == nil }
            }
            #expect(contacts.count == 2)
            #expect(owners.only?.addresses.contains { $0.identity == next.user } == true)
            let theirs = try await company.messages().filter { $0.contact == owners.only?.id }
            #expect(theirs.map(\.content) == [.text("next")])
        }
    }

    @Test(arguments: [false, true])
    func `a username goes to whom it came with last, and joins nobody`(inOneWebhook: Bool) async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let (first, second) = (Person(1), Person(2))
            let events = [
                company.channel.message("m1", from: [first.user, first.username]),
                company.channel.message("m2", from: [second.user, first.username]),
            ]
            if inOneWebhook {
                try await company.receive(events)
            } else {
                for event in events { try await company.receive(event) }
            }
            try await company.receive(company.channel.message("m3", from: [first.username]))
            try await company.everybodyAgrees()
            let contacts = try await company.contacts()
            #expect(contacts.count == 2)
            let holder = contacts.filter {
                $0.addresses.contains { $0.identity == first.username && $0.retiredAt == nil }
            }
            #expect(holder.only?.addresses.contains { $0.identity == second.user } == true)
            #expect(try await company.messages().map(\.contact) == [contacts[0].id, contacts[1].id, contacts[1].id])
        }
    }

    @Test func `a person who changes number stays the same contact, and the old number finds nobody`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let (person, other) = (Person(1), Person(2))
            try await company.befriend(person)
            // Somebody else's until now.
            try await company.receive(company.channel.message("m2", from: [other.phone]))
            let change = company.channel.event(
                .identityChange(previous: [person.phone], current: [other.phone, other.user]), key: "change")
            for _ in 0..<2 { try await company.receive(change) }
            let contact = try #require(try await company.contacts().first)
            #expect(contact.addresses.filter { $0.retiredAt == nil }.map(\.identity) == [other.phone, other.user])
            await expectRefusal(.consentMissing) { try await company.send("Hallo", to: person.byPhone) }
            try await company.send("Hallo", to: other.byPhone)
            #expect(try await company.messages(.outbound).map(\.contact) == [contact.id])
        }
    }
}
