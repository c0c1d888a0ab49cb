import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct TerminationTests {
    @Test func `a termination stops sending and receiving at once, and leaves a key nothing but the export`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let tenants = region.installation.tenants
            try await company.befriend(Person(1))
            let waiting = try await company.send("wartet", to: Person(1).byPhone)
            let (_, both) = try await region.installation.apiKeys.issue(
                company.id, label: "k", scopes: [.messagesRead, .exportRead], expiresAt: nil)
            try await region.anotherProcess { other in
                let ended = try await tenants.terminate(company.id, reason: "gekündigt", .system)
                #expect(
                    ended.state == .terminated && ended.stateReason == "gekündigt"
                        && ended.revision > company.tenant.revision)
                let days = try #require(ended.eraseAfter).timeIntervalSince(try #require(ended.terminatedAt)) / 86_400
                #expect(abs(days - 30) < 0.01)
                await expectRefusal(.tenantTerminated) {
                    try await other.sending.send(company.caller, company.request("Hallo", to: Person(1).byPhone))
                }
                let receipt = try await company.receive(
                    company.channel.message("spät", from: [Person(1).phone], "zu spät"),
                    company.channel.event(.account(field: "security"), key: "e"))
                #expect(receipt.stored == 0 && receipt.discarded == 2)
                let caller = try await other.apiKeys.authenticate(token: both.revealed)
                #expect(caller.scopes == [.exportRead] && caller.isTerminated)
            }
            #expect(try await region.number("SELECT count(*) FROM messages WHERE direction = 'inbound'") == 1)
            let counted = try await region.controlDatabase.query(
                PostgresQuery("test.count", "SELECT events FROM discarded_events WHERE tenant_id = $1", [company.id]))
            #expect(try counted[0].decode("events", as: Int.self) == 2)
            // What was queued ends: nothing undoes a termination.
            try await Hand(in: region).work()
            #expect(region.messenger.deliveries.isEmpty)
            let state = try await region.rows("SELECT state, fault_code FROM messages WHERE message_id = $1", [waiting])
            #expect(try state[0].decode("state") == MessageState.refused)
            #expect(try state[0].decode("fault_code") == "tenant_terminated")
            // Again, as after a crash: nothing changes.
            let again = try await tenants.terminate(company.id, reason: "noch einmal", erasureDelay: 0, .system)
            let now = try await tenants.find(company.id)
            #expect(again.stateReason == "gekündigt" && again == now)
        }
    }

    @Test(arguments: [-1, 366])
    func `days until the erasure that are none are refused`(days: Int) async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            await expectError(.invalid, field: "erase_after_days") {
                try await region.installation.tenants.terminate(company.id, reason: "r", erasureDelay: days, .system)
            }
            await expectError(.invalid, field: "reason") {
                try await region.installation.tenants.terminate(company.id, reason: " ", .system)
            }
            await expectError(.conflict) { try await region.installation.erasure.erase(company.id, .system) }
            await expectError(.conflict) {
                try await region.installation.tenants.eraseNow(company.id, reason: nil, .system)
            }
            #expect(try await region.installation.tenants.find(company.id).state == .onboarding)
        }
    }

    @Test func `two members of staff end a contract and have it erased, one alone does not`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let staff = region.installation.staff
            func member(_ name: String) async throws -> Cause {
                let new = NewStaffMember(
                    email: Personal("\(name)@provider.example"), displayName: Personal(name), roles: [.onboarding],
                    language: .english)
                return Cause(.staff(try await staff.add(new, .system)))
            }
            let (one, two) = (try await member("eins"), try await member("zwei"))
            let approvals = region.installation.approvals
            let asked = try await approvals.ask(
                ApprovalRequest(
                    .terminateTenant, .init("tenant", company.id), tenant: company.id,
                    payload: ["erase_after_days": 7], reason: "gekündigt"), one)
            #expect(try await region.installation.tenants.find(company.id).state == .active)
            await expectError(.forbidden) { try await approvals.decide(asked.id, .approve, reason: nil, one) }
            #expect(try await approvals.decide(asked.id, .approve, reason: nil, two).state == .carriedOut)
            let ended = try await region.installation.tenants.find(company.id)
            #expect(ended.state == .terminated && ended.stateReason == "gekündigt")
            #expect(abs(try #require(ended.eraseAfter).timeIntervalSinceNow - 7 * 86_400) < 60)
            let erasing = try await approvals.ask(
                ApprovalRequest(.eraseTenant, .init("tenant", company.id), tenant: company.id, reason: "sofort"), two)
            #expect(try await approvals.decide(erasing.id, .approve, reason: nil, one).state == .carriedOut)
            #expect(try #require(try await region.installation.tenants.find(company.id).eraseAfter) <= Date())
        }
    }
}
