import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct IngestTests {
    @Test func `one batch serves several tenants, and each gets its own`() async throws {
        try await Region.with { region in
            let companies = [
                try await Company(in: region), try await Company(in: region), try await Company(in: region),
            ]
            // The same person and the same message id everywhere: neither is anything to the others.
            let items = companies.enumerated().flatMap { place, company in
                (0...place).map { company.item(company.channel.message("m\($0)", from: [Person(1).phone], "\(place)")) }
            }
            let outcomes = try await IngestBatch(shard: region.shard).commit(items).map { try $0.get() }
            #expect(outcomes.map(\.stored) == [1, 1, 1, 1, 1, 1])
            for company in companies { try await company.everybodyAgrees() }
            for (place, company) in companies.enumerated() {
                #expect(
                    try await company.messages().map(\.content) == Array(repeating: .text("\(place)"), count: place + 1)
                )
                #expect(try await company.contacts().count == 1)
            }
        }
    }

    @Test func `a message that comes again changes nothing`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let batch = IngestBatch(shard: try region.shard)
            func message(_ id: String, _ text: String) -> ChannelEvent {
                company.channel.message(id, from: [Person(1).phone], text)
            }
            let inOneWebhook = try await company.receive(message("a", "first"), message("a", "second"))
            #expect(inOneWebhook.stored == 1 && inOneWebhook.duplicates == 1)
            let inOneBatch = try await batch.commit([
                company.item(message("b", "first")), company.item(message("b", "second")),
            ])
            #expect(try inOneBatch.map { try $0.get().stored } == [1, 0])
            #expect(try inOneBatch.map { try $0.get().duplicates } == [0, 1])
            let later = try await company.receive(message("a", "third"), message("b", "third"))
            #expect(later.stored == 0 && later.duplicates == 2)
            try await company.everybodyAgrees()
            let released = try await company.receive(message("a", "fourth"), message("b", "fourth"))
            #expect(released.stored == 0 && released.duplicates == 2)
            #expect(try await company.messages().map(\.content) == [.text("first"), .text("first")])
        }
    }

    @Test func `batches that bring the same at the same moment store it once`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let batch = IngestBatch(shard: try region.shard)
            for round in 0..<5 {
                let items = (0..<4).map { number in
                    company.item(
                        company.channel.message("\(round)-\(number)", from: [Person(round * 4 + number).phone]),
                        company.channel.event(.account(field: "security"), key: "event \(round)-\(number)"))
                }
                let outcomes = try await withThrowingTaskGroup(of: [IngestOutcome].self) { group in
                    for turn in 0..<6 {
                        // In another order each, so that they meet.
                        let order = turn % 2 == 0 ? items : items.reversed()
                        group.addTask { try await batch.commit(order).map { try $0.get() } }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(outcomes.map(\.stored).reduce(0, +) == 8)
                #expect(outcomes.map(\.duplicates).reduce(0, +) == 40)
            }
            try await company.everybodyAgrees()
            #expect(try await company.messages().count == 20)
            #expect(try await company.contacts().count == 20)
            #expect(try await region.number("SELECT count(*) FROM channel_events") == 20)
        }
    }

    @Test func `a person new to many batches at once becomes one contact`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let person = Person(1)
            let batch = IngestBatch(shard: try region.shard)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    let identities = number % 2 == 0 ? [person.user, person.phone] : [person.phone, person.parent]
                    let item = company.item(
                        company.channel.message("m\(number)", from: identities, name: "Name \(number)"))
                    group.addTask { _ = try await batch.commit([item]).map { try $0.get() } }
                }
                try await group.waitForAll()
            }
            try await company.everybodyAgrees()
            let contact = try #require(try await company.contacts().only)
            #expect(Set(contact.addresses.map(\.identity)) == [person.user, person.phone, person.parent])
            #expect(try await company.messages().count == 12)
            #expect(try await region.number("SELECT count(*) FROM conversations") == 1)
            #expect(try await region.contactFaults() == [])
        }
    }

    @Test func `a clock that is ahead does not hold the service window open`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let tomorrow = Date(timeIntervalSinceNow: 86_400)
            try await company.agree(Person(1).phone)
            try await company.receive(company.channel.message("m", from: [Person(1).phone], at: tomorrow))
            let left = try await region.rows(
                "SELECT extract(epoch FROM window_closes_at - now())::float8 AS seconds FROM conversations")
            let seconds = try left[0].decode("seconds", as: Double.self)
            #expect((86_000...86_400).contains(seconds))
        }
    }

    @Test func `what comes for nobody, or by another's ingress, is counted and not kept`() async throws {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region))
            var stray = company.channel.message("m1", from: [Person(1).phone])
            stray.address = .channel("5550001")
            let receipt = try await company.receive(
                stray, other.channel.message("m2", from: [Person(1).phone]),
                company.channel.message("m3", from: [Person(1).phone]))
            #expect(receipt.stored == 1 && receipt.unroutable == 2)
            let counts = try await region.installation.channels.unroutable(PageRequest()).items
            #expect(
                Set(counts.map { "\($0.address) \($0.reason) \($0.events)" }) == [
                    "5550001 unknown 1", "\(other.channel.address) other_ingress 1",
                ])
            #expect(try await other.messages().isEmpty)
        }
    }

    @Test func `one webhook may bring what is for several numbers, when it is signed for each of them`() async throws {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region, channels: 0))
            let secret = Company.secret(of: company.channel.address)
            let channel = try await Company.connect(other.id, in: region, secret: secret)
            try await Company.goLive(other.id, in: region)
            let receipt = try await company.receive(
                channel.message("m1", from: [Person(1).phone], "other's"),
                company.channel.message("m1", from: [Person(1).phone], "own"))
            #expect(receipt.stored == 2 && receipt.unroutable == 0)
            for tenant in [company, other] { try await tenant.everybodyAgrees() }
            #expect(try await company.messages().map(\.content) == [.text("own")])
            #expect(try await other.messages().map(\.content) == [.text("other's")])
        }
    }

    @Test func `a webhook that the messenger did not sign stores nothing`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let body = region.messenger.webhook([company.channel.message("m", from: [Person(1).phone])])
            for secret in [nil, "another-secret"] {
                await #expect(throws: IngressRefusal.signatureWrong) {
                    try await region.installation.ingress.receive(
                        plugin: Messenger.name, route: company.channel.ingressRoute,
                        headers: IngressHeaders(secret.map { [("secret", $0)] } ?? []), body: body)
                }
            }
            #expect(try await company.messages().isEmpty)
        }
    }
}

extension Collection {
    /// The element, when there is one only.
    var only: Element? { count == 1 ? first : nil }
}
