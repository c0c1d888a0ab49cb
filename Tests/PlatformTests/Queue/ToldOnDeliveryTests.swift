import Foundation
import PluginKit
import Testing

@testable import Platform

/// What the messenger tells of a person when a message is handed over.
@Suite struct ToldOnDeliveryTests {
    @Test func `a person who stopped a purpose at the messenger has withdrawn it`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            try await company.declare(by: Person(1).byPhone, for: "marketing")
            let id = try await company.send("1", to: Person(1).byPhone, for: "marketing")
            let queued = try await company.send("2", to: Person(1).byPhone, for: "marketing")
            let other = try await company.send("3", to: Person(1).byPhone)
            region.messenger.answer { $0.text == "1" ? .withdrawn(.never, purpose: "marketing") : .accepted($0) }
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["1", "3"])
            #expect(try await company.message(id).state == "failed")
            #expect(try await company.message(queued).fault?.code == "consent_withdrawn")
            #expect(try await company.message(other).state == "sent")
            await expectRefusal(.consentWithdrawn) {
                try await company.send("4", to: Person(1).byPhone, for: "marketing")
            }
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `another spelling of a number is the person's too`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            try await company.send("Oi", to: Person(1).byPhone)
            let spelt = Person(2).phone
            region.messenger.answer { .accepted(providerID: Personal($0.providerID), recipient: spelt) }
            try await Hand(in: region).work()
            try await company.receive(company.channel.message("answer", from: [spelt]))
            let contact = try #require(try await company.contacts().only)
            #expect(Set(contact.addresses.map(\.identity)) == [Person(1).phone, spelt])
            #expect(try await company.messages().allSatisfy { $0.contact == contact.id })
        }
    }

    @Test func `one who had answered under the other spelling before becomes the same contact`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let spelt = Person(2).phone
            try await company.receive(company.channel.message("before", from: [spelt]))
            for text in ["1", "2"] { try await company.send(text, to: Person(1).byPhone) }
            region.messenger.answer { .accepted(providerID: Personal($0.providerID), recipient: spelt) }
            try await Hand(in: region).work()
            #expect(region.messenger.texts == ["1", "2"])
            // What they wrote was held back until it was known who they are.
            #expect(try await company.heldBack() == 1)
            try await Ear(in: region).work()
            #expect(try await company.messages(.inbound).count == 2)
            let contact = try #require(try await company.contacts().only)
            #expect(try await company.messages().allSatisfy { $0.contact == contact.id })
            #expect(try await company.messages(.outbound).map(\.state) == ["sent", "sent"])
            #expect(try await region.queueFaults() == [])
            #expect(try await region.contactFaults() == [])
        }
    }
}
