import Foundation
import PluginKit
import Testing

@testable import Platform

/// What changes between the moment a message is accepted and the moment it would be delivered.
@Suite struct GateAgainTests {
    /// As it is stored: a tenant that may not process its data cannot read it either.
    private func state(of id: MessageID, in region: Region) async throws -> String {
        let rows = try await region.rows(
            "SELECT state || coalesce(' ' || fault_code, '') AS state FROM messages WHERE message_id = $1", [id])
        return try rows[0].decode("state")
    }

    private func queued(_ region: Region) async throws -> (Company, MessageID) {
        let company = try await Company(in: region)
        try await company.befriend(Person(1))
        return (company, try await company.send("Hallo", to: Person(1).byPhone))
    }

    @Test func `withdrawal stops a queued message`() async throws {
        try await Region.with { region in
            let (company, id) = try await queued(region)
            try await company.declare("withdrawn", by: Person(1).byPhone)
            try await Hand(in: region).work()
            #expect(region.messenger.deliveries.isEmpty)
            let view = try await company.message(id)
            #expect(view.state == "refused" && view.fault?.code == "consent_withdrawn" && view.fault?.remedy != nil)
            #expect(try await region.number("SELECT count(*) FROM queue_jobs") == 0)
            #expect(try await region.queueFaults() == [])
        }
    }

    @Test func `withdrawal stops a message that is to be tried again`() async throws {
        try await Region.with { region in
            let (company, id) = try await queued(region)
            region.messenger.answer { _ in .retry(.busy) }
            let hand = try Hand(in: region)
            try await hand.work()
            try await company.declare("withdrawn", by: Person(1).byPhone)
            try await region.letTimePass()
            try await hand.work()
            #expect(region.messenger.texts.count == 1)
            #expect(try await company.message(id).state == "refused")
        }
    }

    @Test func `a window that closes stops a queued message`() async throws {
        try await Region.with { region in
            let (company, id) = try await queued(region)
            _ = try await region.rows("UPDATE conversations SET window_closes_at = now()")
            try await Hand(in: region).work()
            #expect(region.messenger.deliveries.isEmpty)
            #expect(try await company.message(id).fault?.code == "service_window_closed")
        }
    }

    @Test func `a suspended tenant's queue stands still, and goes on when the tenant may send again`() async throws {
        try await Region.with { region in
            let (company, id) = try await queued(region)
            let hand = try Hand(in: region)
            _ = try await region.installation.tenants.setState(company.id, .suspended, reason: "test", .system)
            try await hand.work()
            try await region.letTimePass()
            try await hand.work()
            #expect(region.messenger.deliveries.isEmpty)
            #expect(try await state(of: id, in: region) == "accepted")
            _ = try await region.installation.tenants.setState(company.id, .active, .system)
            try await hand.work()
            #expect(region.messenger.texts == ["Hallo"])
            #expect(try await company.message(id).state == "sent")
        }
    }

    @Test func `what comes for a suspended tenant is kept, and readable when the tenant may process again`()
        async throws
    {
        try await Region.with { region in
            let (company, id) = try await queued(region)
            _ = try await region.installation.tenants.setState(company.id, .suspended, reason: "test", .system)
            let receipt = try await company.receive(company.channel.message("m", from: [Person(1).phone], "kept"))
            #expect(receipt.stored == 1)
            await expectRefusal(.tenantNotActive) { try await company.messages().count }
            await expectRefusal(.tenantNotActive) { try await company.contacts().count }
            await expectRefusal(.tenantNotActive) { try await company.message(id).state }
            _ = try await region.installation.tenants.setState(company.id, .active, .system)
            #expect(try await company.messages(.inbound).last?.content == .text("kept"))
        }
    }

    @Test func `a suspended agreement holds the queue until it is reinstated, an ended one ends it`() async throws {
        try await Region.with { region in
            let tenants = region.installation.tenants
            let (company, id) = try await queued(region)
            let (gone, lost) = try await queued(region)
            let hand = try Hand(in: region)
            for company in [company, gone] {
                _ = try await tenants.setAgreementState(company.id, company.agreement.id, .suspended, .system)
            }
            try await hand.work()
            #expect(region.messenger.deliveries.isEmpty)
            _ = try await tenants.setAgreementState(company.id, company.agreement.id, .inForce, .system)
            _ = try await tenants.setAgreementState(gone.id, gone.agreement.id, .ended, .system)
            try await region.letTimePass()
            try await hand.work()
            #expect(region.messenger.deliveries.map(\.message) == [id])
            #expect(try await state(of: lost, in: region) == "refused agreement_not_in_force")
            #expect(try await region.queueFaults() == [])
        }
    }
}
