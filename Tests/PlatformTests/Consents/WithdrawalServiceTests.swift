import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct WithdrawalServiceTests {
    private let person = Person(1)

    @Test func `a withdrawal by the tenant holds at once, is confirmed once and may be said again`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            let contact = try #require(try await company.declare(by: person.byPhone, for: "news").contact)
            try await company.send("queued", to: person.byPhone)
            let service = region.installation.withdrawals
            let one = try await service.withdraw(company.caller, contact, WithdrawalRequest(purpose: "news"))
            #expect(one.isNew && !one.isTold)
            let all = try await service.withdraw(
                company.caller, contact, WithdrawalRequest(language: "pl-PL", note: "am Telefon"))
            #expect(all.isNew && all.isTold && all.consents.allSatisfy { $0.standing.state == .withdrawn })
            let again = try await service.withdraw(company.caller, contact, WithdrawalRequest())
            #expect(!again.isNew && !again.isTold)
            try await Hand(in: region).work()
            #expect(region.messenger.texts == [WithdrawalText.confirmation(in: "pl")])
            await expectRefusal(.consentWithdrawn) { try await company.send("x", to: person.byPhone) }
            await expectError(.notFound) {
                try await service.withdraw(company.caller, .generate(), WithdrawalRequest())
            }
            await expectError(.invalid, field: "occurred_at") {
                try await service.withdraw(
                    company.caller, contact, WithdrawalRequest(occurredAt: Date(timeIntervalSinceNow: 3600)))
            }
            #expect(try await region.installation.consentVerifier.verify(company.id)[0].isWhole)
        }
    }

    @Test func `who withdraws again is believed again: what is learnt later of the time between does not count`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            func ago(_ hours: Double) -> Date { Date(timeIntervalSinceNow: -3600 * hours) }
            let contact = try await company.declare(by: person.byPhone, at: ago(9)).contact
            try await company.declare(by: person.byPhone, for: "news", at: ago(9))
            let service = region.installation.withdrawals
            func withdraw(_ purpose: String?, _ hours: Double) async throws -> Bool {
                try await service.withdraw(
                    company.caller, contact, WithdrawalRequest(purpose: purpose, occurredAt: ago(hours))
                ).isNew
            }
            let events = "SELECT count(*) FROM consent_events WHERE kind = 'withdrawn'"
            // One purpose, and again.
            #expect(try await withdraw("news", 8))
            #expect(try await !withdraw("news", 6))
            #expect(try await company.declare(by: person.byPhone, for: "news", at: ago(7)).standing.state == .withdrawn)
            // Everything, and again.
            #expect(try await withdraw(nil, 5))
            #expect(try await !withdraw(nil, 3))
            #expect(try await company.declare(by: person.byPhone, at: ago(4)).standing.state == .withdrawn)
            #expect(try await region.number(events) == 4)
            // What is no later changes nothing.
            #expect(try await !withdraw(nil, 4))
            #expect(try await !withdraw("news", 4))
            #expect(try await region.number(events) == 4)
            #expect(try await company.declare(by: person.byPhone, at: ago(2)).standing.state == .granted)
        }
    }

    @Test func `a second STOP in the chat is recorded and not answered`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(person)
            try await company.receive(company.channel.message("s1", from: [person.phone], "STOP"))
            try await Ear(in: region).work()
            try await company.receive(company.channel.message("s2", from: [person.phone], "STOP"))
            try await Ear(in: region).work()
            try await Hand(in: region).work()
            #expect(region.messenger.texts.count == 1)
            #expect(
                try await region.number(
                    "SELECT count(*) FROM consent_events WHERE kind = 'withdrawn' AND purpose = 'all'") == 2)
        }
    }

    @Test func `where the window is closed nothing is said, and a suspended tenant's withdrawals are taken`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let contact = try await company.declare(by: person.byPhone).contact
            _ = try await region.installation.tenants.setState(
                company.id, .suspended, reason: "Zahlung", .system)
            let receipt = try await region.installation.withdrawals.withdraw(
                company.caller, contact, WithdrawalRequest())
            #expect(receipt.isNew && !receipt.isTold)
            #expect(try await region.number("SELECT count(*) FROM messages WHERE direction = 'outbound'") == 0)
        }
    }

    @Test func `a person withdraws by their link; looking at it changes nothing`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 2)
            try await company.setTerms()
            try await company.befriend(person)
            try await company.declare(by: person.byPhone, on: company.channels[1])
            let contact = try await company.declare(by: person.byPhone, on: company.channel).contact
            let service = region.installation.withdrawals
            let paths = try await service.links(company.caller, contact, channel: company.channel.id)
            let link = String(paths.withdrawal.split(separator: "/").last ?? "")
            #expect(!link.contains(contact.description))
            for _ in 0..<2 {
                let view = try await service.view(link, language: "de")
                #expect(view.controller == "Praxis am Park" && view.agreed == ["Termine"] && !view.isWithdrawn)
            }
            try await company.send("queued", to: person.byPhone, on: company.channel)
            #expect(try await service.withdraw(link, language: "de").isTold)
            #expect(try await !service.withdraw(link, language: "de").isNew)
            let after = try await service.view(link, language: "de")
            #expect(after.isWithdrawn && after.agreed.isEmpty)
            try await Hand(in: region).work()
            #expect(region.messenger.texts == [WithdrawalText.confirmation(in: "de")])
            // The other channel has a link of its own.
            let states = try await region.installation.consents.list(company.caller, contact)
            #expect(states.count { $0.standing.state == .granted } == 1)
            let receipt = String(paths.receipt.split(separator: "/").last ?? "")
            for wrong in [receipt, String(link.dropLast()) + (link.last == "A" ? "B" : "A"), "", link + "A", "x"] {
                await #expect(throws: LinkRefusal.unknown) { try await service.withdraw(wrong, language: nil) }
                await #expect(throws: LinkRefusal.unknown) { _ = try await service.view(wrong, language: "de") }
            }
        }
    }
}

@Suite struct PersonLinksTests {
    private let links = PersonLinks(.generate())
    private let target = PersonLinks.Target(tenant: .generate(), channel: .generate(), contact: .generate())

    @Test(arguments: PersonLinks.Kind.allCases)
    func `a link opens what it was made for and nothing else`(kind: PersonLinks.Kind) {
        let link = links.make(kind, target)
        #expect(links.read(link, as: kind) == target)
        for other in PersonLinks.Kind.allCases where other != kind { #expect(links.read(link, as: other) == nil) }
        #expect(PersonLinks(.generate()).read(link, as: kind) == nil)
        #expect(link.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    }

    @Test func `no changed character is taken`() {
        let link = Array(links.make(.withdrawal, target))
        for place in link.indices {
            for other in "AQgw-_09z" where other != link[place] {
                var changed = link
                changed[place] = other
                #expect(links.read(String(changed), as: .withdrawal) == nil, "\(place)")
            }
        }
    }
}
