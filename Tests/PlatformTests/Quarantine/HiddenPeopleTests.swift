import Foundation
import PluginKit
import Testing

@testable import Platform

/// People whom the tenant is not shown: by what it is answered they are told apart from nobody.
@Suite struct HiddenPeopleTests {
    private let refuser = Person(1)
    private let stranger = Person(2)

    /// Somebody was asked, and said no.
    private func prepare(_ region: Region) async throws -> (Company, hidden: ContactID) {
        let company = try await Company(in: region)
        region.asker.askPlainly()
        try await company.setUp()
        try await company.receive(company.channel.message("no", from: [refuser.phone], "no"))
        try await Ear(in: region).work()
        try await Hand(in: region).work()
        let rows = try await region.rows("SELECT contact_id FROM contacts WHERE hidden")
        return (company, try #require(rows.only).decode("contact_id"))
    }

    @Test func `the gate refuses who said no as it refuses a stranger`() async throws {
        try await Region.with { region in
            let (company, _) = try await prepare(region)
            let request = GateCheckRequest(
                people: [refuser.byPhone, stranger.byPhone], channel: nil, purposes: ["service", "news"],
                templateCategory: nil)
            let answers = try await region.installation.gateChecks.check(company.caller, request)
            #expect(answers.count == 4)
            #expect(answers.allSatisfy { $0.decision == .refused(Refusal(.consentMissing)) })
            for person in [refuser, stranger] {
                await expectRefusal(.consentMissing) { try await company.send("Hallo", to: person.byPhone) }
            }
        }
    }

    @Test func `a declaration is answered by what it says, and not by what the person said`() async throws {
        try await Region.with { region in
            let (company, hidden) = try await prepare(region)
            let old = Date(timeIntervalSince1970: 1_000_000_000)
            for (number, state) in ["refused", "granted", "withdrawn"].enumerated() {
                let views = [
                    try await company.declare(state, by: refuser.byPhone, at: old),
                    try await company.declare(state, by: Person(10 + number).byPhone, at: old),
                ]
                #expect(views[0].standing == views[1].standing, "\(state)")
                // Long before the no of today, whatever the term.
                let since = try #require(views[0].standing.since)
                #expect(since < old.addingTimeInterval(5 * 366 * 86_400), "\(state)")
            }
            // What they said holds.
            await expectError(.notFound) { try await region.installation.reading.contact(company.caller, hidden) }
            await expectRefusal(.consentMissing) { try await company.send("Hallo", to: refuser.byPhone) }
            // Somebody who agrees anew is shown, with all that is so.
            try await company.declareAnew(by: refuser.byPhone)
            try await company.send("Hallo", to: refuser.byPhone)
        }
    }

    @Test func `no withdrawal and no link is to be had for them`() async throws {
        try await Region.with { region in
            let (company, hidden) = try await prepare(region)
            let withdrawals = region.installation.withdrawals
            for contact in [hidden, .generate()] {
                await expectError(.notFound) {
                    try await withdrawals.withdraw(company.caller, contact, WithdrawalRequest())
                }
                await expectError(.notFound) { try await withdrawals.links(company.caller, contact, channel: nil) }
            }
            #expect(try await region.number("SELECT count(*) FROM consent_events WHERE purpose = 'all'") == 0)
        }
    }

    @Test func `records of consent come to their end past people who are not shown`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            for number in 0..<8 {
                if [1, 4, 5].contains(number) {
                    try await company.receive(
                        company.channel.message("stop-\(number)", from: [Person(number).phone], "STOP"))
                    try await Ear(in: region).work()
                } else {
                    try await company.declare(by: Person(number).byPhone)
                }
            }
            var (pages, cursor): ([[ContactID]], String?) = ([], nil)
            repeat {
                let page = try await region.installation.consentRecords.records(
                    company.caller, PageRequest(cursor: cursor, limit: 2), requestID: nil)
                pages.append(page.items.map(\.contact))
                cursor = page.next
            } while cursor != nil
            #expect(pages.map(\.count) == [2, 2, 1])
            #expect(Set(pages.joined()) == Set(try await company.contacts().map(\.id)))
        }
    }
}
