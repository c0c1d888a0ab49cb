import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// In which order withdrawals hold people and the tenant's chain, and what becomes of two that wait for each other all the same.
@Suite struct WithdrawalLockTests {
    private func stop(_ person: Person, _ channel: Channel) -> ChannelEvent {
        channel.event(
            .preference(
                person: PersonReference(identities: [person.phone]), purpose: "marketing", stopped: true),
            key: "stop \(person.phone.address.revealed)")
    }

    @Test(.timeLimit(.minutes(5)))
    func `stops of several people hold all of them before the chain, so that nobody waits in a ring`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            for number in 1...3 { try await company.befriend(Person(number)) }
            let last = try #require(
                try await region.rows("SELECT contact_id FROM contacts ORDER BY contact_id DESC LIMIT 1").first
            ).decode("contact_id", as: ContactID.self)
            let events = (1...3).map { stop(Person($0), company.channel) }
            try await region.database.holding("SELECT FROM contacts WHERE contact_id = $1 FOR UPDATE", [last]) {
                release in
                let receiving = Task { try await company.receive(events) }
                try await region.database.untilWaiting(1)
                // Whoever holds the last person may write to the chain now.
                _ = try await region.rows(
                    "SELECT length FROM consent_chains WHERE tenant_id = $1 FOR UPDATE NOWAIT", [company.id])
                try await release()
                #expect(try await receiving.value.stored == 3)
            }
            #expect(try await region.number("SELECT count(*) FROM consent_events WHERE kind = 'withdrawn'") == 3)
            #expect(try await region.installation.consentVerifier.verify(company.id)[0].isWhole)
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a person's withdrawal that PostgreSQL ends for a ring is carried out all the same`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            let contact = try #require(try await company.contacts().only).id
            let withdrawals = region.installation.withdrawals
            let path = try await withdrawals.links(company.caller, contact, channel: nil).withdrawal
            let link = String(path.split(separator: "/").last ?? "")
            let withdrawing = try await region.database.transaction(retries: 0) { tx in
                for sql in [
                    // So the other one is ended.
                    "SET LOCAL deadlock_timeout = '30s'", "SELECT length FROM consent_chains FOR UPDATE",
                ] { _ = try await tx.query(PostgresQuery("test.ring", sql)) }
                let withdrawing = Task { try await withdrawals.withdraw(link, language: "de") }
                try await region.database.untilWaiting(1)
                _ = try await tx.query(
                    PostgresQuery("test.close-ring", "SELECT FROM contacts WHERE contact_id = $1 FOR UPDATE", [contact])
                )
                return withdrawing
            }
            #expect(try await withdrawing.value.isNew)
            await expectRefusal(.consentWithdrawn) { try await company.send("Hallo", to: Person(1).byPhone) }
            let recorded = try await region.number(
                "SELECT count(*) FROM consent_events WHERE purpose = 'all' AND kind = 'withdrawn'")
            #expect(recorded == 1)
        }
    }
}
