import Foundation
import PluginKit
import Testing

@testable import Platform

/// Two contacts turn out to be one person.
@Suite struct MergeTests {
    private let person = Person(1)

    /// A contact known by phone and one known by user id, and what joins them.
    private func join(_ company: Company) async throws {
        try await company.receive(company.channel.message("join", from: [person.user, person.phone], "both"))
    }

    @Test func `every message, conversation, consent and address goes to the one that goes on`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 2)
            let (first, second) = (company.channels[0], company.channels[1])
            let longAgo = Date(timeIntervalSinceNow: -7200)
            try await company.receive(
                [
                    first.message("p1", from: [person.phone], "by phone", name: "Ada", at: longAgo),
                    first.message("u1", from: [person.user], "by user id"),
                ])
            try await company.receive([second.message("p2", from: [person.phone], "elsewhere")], through: second)
            try await company.declare(by: person.byPhone, at: longAgo)
            try await company.declare(by: person.byPhone, for: "marketing", at: longAgo)
            try await company.declare("withdrawn", by: person.byUser, for: "marketing")
            try await company.declare(by: person.byPhone, on: second)
            try await company.everybodyAgrees()
            let answer = try await company.send("answer", to: person.byPhone, on: second)
            let before = try await company.contacts()
            #expect(before.count == 2)

            try await join(company)
            let contact = try #require(try await company.contacts().only)
            #expect(Set(contact.addresses.map(\.identity)) == [person.phone, person.user])
            for earlier in before {
                #expect(try await region.installation.reading.contact(company.caller, earlier.id).id == contact.id)
            }
            let messages = try await company.messages()
            let texts = messages.map { $0.content.fields["body"]?.string }
            #expect(Set(texts) == ["by phone", "by user id", "elsewhere", "answer", "both"])
            #expect(messages.allSatisfy { $0.contact == contact.id })
            #expect(try await company.message(answer).state == "accepted")
            let conversations = try await region.installation.reading.conversations(company.caller, PageRequest()).items
            #expect(Set(conversations.map(\.channel)) == [first.id, second.id] && conversations.count == 2)
            let consents = try await region.installation.consents.list(company.caller, contact.id)
            #expect(
                Set(consents.filter { $0.channel == first.id }.map { "\($0.purpose) \($0.standing.state)" }) == [
                    "service granted", "marketing withdrawn",
                ])
            #expect(try await region.contactFaults() == [])
        }
    }

    @Test func `a message that waits in the queue is delivered once, and before what is sent later`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            for number in 1...3 { try await company.send("\(number)", to: person.byPhone) }
            try await company.agree(person.user)
            try await company.receive(company.channel.message("u1", from: [person.user]))
            // The first of them is on its way while the contacts become one.
            let latch = Latch()
            region.messenger.answer { delivery in
                await latch.wait()
                return .accepted(delivery)
            }
            let hand = try Hand(in: region)
            async let work: Void = hand.work()
            try await eventually("the first is on its way") { region.messenger.texts == ["1"] }
            try await join(company)
            for number in 4...5 { try await company.send("\(number)", to: person.byUser) }
            // A second worker finds only what it may do now.
            let other = try Hand(in: region)
            async let more: Void = other.work()
            try await eventually("what may be claimed is claimed") {
                try await region.number("SELECT count(*) FROM queue_lanes WHERE run_at <= now() AND depth > 0") == 0
            }
            latch.open()
            _ = try await (work, more)
            try await region.letTimePass()
            try await hand.work()
            #expect(region.messenger.texts == ["1", "2", "3", "4", "5"])
            #expect(try await company.messages(.outbound).map(\.state) == Array(repeating: "sent", count: 5))
            #expect(try await region.queueFaults() == [])
            #expect(try await region.number("SELECT count(*) FROM queue_lanes") == 0)
        }
    }

    @Test func `what both had queued is delivered in the order in which it was sent`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            try await company.agree(person.user)
            try await company.receive(company.channel.message("u1", from: [person.user]))
            for (text, recipient) in [
                ("1", person.byPhone), ("2", person.byUser), ("3", person.byPhone), ("4", person.byUser),
            ] {
                try await company.send(text, to: recipient)
            }
            try await join(company)
            try await company.send("5", to: person.byPhone)
            #expect(try await region.queueFaults() == [])
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["1", "2", "3", "4", "5"])
            #expect(try await region.queueFaults() == [])
            #expect(try await region.number("SELECT count(*) FROM queue_lanes") == 0)
        }
    }

    @Test func `a dead letter of a merged conversation can be sent again`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            let id = try await company.send("1", to: person.byPhone)
            region.messenger.answer { _ in .giveUp(.never) }
            try await Hand(in: region).work()
            try await company.receive(company.channel.message("u1", from: [person.user]))
            try await join(company)
            region.messenger.answer { .accepted($0) }
            #expect(try await region.installation.deadLetters.list(company.id).items.map(\.message) == [id])
            try await region.installation.deadLetters.retry(company.id, id, .system)
            try await Hand(in: region).work()
            #expect(try await company.message(id).state == "sent")
            #expect(try await region.queueFaults() == [])
        }
    }
}
