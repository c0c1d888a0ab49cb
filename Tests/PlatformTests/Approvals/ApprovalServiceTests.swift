import Foundation
import PluginKit
import Postgres
import Synchronization
import Testing

@testable import Platform

/// What a handler did.
final class Effects: Sendable {
    private let ids = Mutex<[ApprovalID]>([])
    var all: [ApprovalID] { ids.withLock { $0 } }
    func add(_ id: ApprovalID) { ids.withLock { $0.append(id) } }
}

@Suite struct ApprovalServiceTests {
    /// Two owners, one who keeps it running, and a service of its own with a clock that a test sets.
    private struct Office: Sendable {
        let region: Region
        let approvals: ApprovalService
        let effects = Effects()
        let (asker, second, operations): (Cause, Cause, Cause)
        let tenant: TenantID

        init(_ region: Region) async throws {
            self.region = region
            approvals = Self.service(region)
            tenant = try await region.installation.tenants.create(name: "Praxis", region: Region.name, .system).id
            asker = try await Self.member(region, "ada", [.owner])
            second = try await Self.member(region, "bea", [.onboarding])
            operations = try await Self.member(region, "cleo", [.operations])
            approvals.register(.terminateTenant) { [effects] approval, _ in effects.add(approval.id) }
        }

        static func service(_ region: Region, after seconds: TimeInterval = 0) -> ApprovalService {
            ApprovalService(control: region.control, audit: region.installation.audit, logger: .quiet) {
                Date(timeIntervalSinceNow: seconds)
            }
        }

        static func member(_ region: Region, _ name: String, _ roles: Set<Role>) async throws -> Cause {
            Cause(.staff(try await region.colleague(name, roles)))
        }

        var request: ApprovalRequest {
            ApprovalRequest(
                .terminateTenant, .init("tenant", tenant), tenant: tenant, payload: ["from": "2026-12-31"],
                reason: "The contract ended.")
        }

        func ask() async throws -> Approval { try await approvals.ask(request, asker) }

        func trail(_ chain: AuditChain) async throws -> [String] {
            try await region.trail("approval.", in: chain)
        }
    }

    @Test func `what another approves is done once, and stands in both trails`() async throws {
        try await Region.with { region in
            let office = try await Office(region)
            let asked = try await office.ask()
            #expect((asked.state, asked.payload["from"]) == (.asked, "2026-12-31"))
            #expect(try await office.approvals.hint(for: asked) == nil)
            let done = try await office.approvals.decide(asked.id, .approve, reason: nil, office.second)
            #expect(done.state == .carriedOut && done.decidedBy == office.second.staff && done.endedAt != nil)
            #expect(office.effects.all == [asked.id])
            let entries = ["approval.asked done", "approval.approved done", "approval.carried_out done"]
            #expect(try await office.trail(.control) == entries)
            #expect(try await office.trail(.tenant(office.tenant)) == entries)
            await expectError(.conflict) {
                try await office.approvals.decide(asked.id, .decline, reason: "late", office.second)
            }
        }
    }

    @Test func `who asked, and who lacks the permission, cannot decide, and stand in the trail`() async throws {
        try await Region.with { region in
            let office = try await Office(region)
            let asked = try await office.ask()
            for cause in [office.asker, office.operations] {
                await expectError(.forbidden) {
                    try await office.approvals.decide(asked.id, .approve, reason: nil, cause)
                }
            }
            await expectError(.forbidden) {
                try await office.approvals.decide(asked.id, .approve, reason: nil, Cause(.commandLine))
            }
            // Even should the rule be wrong one day.
            await #expect(throws: PostgresError.self) {
                _ = try await region.control.query(
                    PostgresQuery(
                        "test.self",
                        "UPDATE approvals SET state = 'approved', decided_by = asked_by, decided_at = now()"))
            }
            #expect(office.effects.all.isEmpty)
            #expect(try await office.approvals.find(asked.id).state == .asked)
            #expect(
                try await office.trail(.control)
                    == ["approval.asked done", "approval.approved refused", "approval.approved refused"])
        }
    }

    @Test func `a lone owner is told to add a second member`() async throws {
        try await Region.with { region in
            let tenant = try await region.installation.tenants.create(name: "Praxis", region: Region.name, .system).id
            let owner = try await Office.member(region, "ada", [.owner])
            _ = try await Office.member(region, "olga", [.operations, .support, .auditor])
            let approvals = Office.service(region)
            approvals.register(.eraseTenant) { _, _ in }
            let asked = try await approvals.ask(
                ApprovalRequest(.eraseTenant, .init("tenant", tenant), tenant: tenant, reason: "Over."), owner)
            #expect(try #require(try await approvals.hint(for: asked)).contains("second member"))
            do {
                _ = try await approvals.decide(asked.id, .approve, reason: nil, owner)
                Issue.record("a lone owner approved")
            } catch let error as PlatformError {
                #expect(error.remedy?.contains("second member") == true)
            }
        }
    }

    @Test func `of two who approve at the same time one does, and it is done once`() async throws {
        try await Region.with { region in
            let office = try await Office(region)
            let third = try await Office.member(region, "dora", [.owner])
            let asked = try await office.ask()
            let states = await withTaskGroup(of: Approval.State?.self) { group in
                for cause in [office.second, third, office.second, third] {
                    group.addTask {
                        try? await office.approvals.decide(asked.id, .approve, reason: nil, cause).state
                    }
                }
                return await group.reduce(into: [Approval.State?]()) { $0.append($1) }
            }
            #expect(states.compactMap { $0 } == [.carriedOut])
            #expect(office.effects.all == [asked.id])
        }
    }

    @Test func `what a process left when it died is carried out by another`() async throws {
        try await Region.with { region in
            let office = try await Office(region)
            let asked = try await office.ask()
            // As it stands between the decision and its effect.
            _ = try await region.control.query(
                PostgresQuery(
                    "test.died", "UPDATE approvals SET state = 'approved', decided_by = $1, decided_at = now()",
                    [office.second.staff]))
            let other = Office.service(region)
            try await other.tidyUp()
            #expect(try await other.find(asked.id).state == .approved, "who cannot carry it out leaves it alone")
            await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await office.approvals.tidyUp() } }
            }
            #expect(office.effects.all == [asked.id])
            #expect(try await office.approvals.find(asked.id).state == .carriedOut)
        }
    }

    @Test func `what cannot be done failed, and what is in the way for now is tried again`() async throws {
        try await Region.with { region in
            let office = try await Office(region)
            let (failing, first) = (Office.service(region), try await office.ask())
            failing.register(.terminateTenant) { _, _ in
                throw PlatformError(.conflict, "The tenant has been erased.")
            }
            let failed = try await failing.decide(first.id, .approve, reason: "ok", office.second)
            #expect((failed.state, failed.failure) == (.failed, "The tenant has been erased."))

            let second = try await office.ask()
            failing.register(.terminateTenant) { _, _ in throw PlatformError(.unavailable, "The region is away.") }
            #expect(try await failing.decide(second.id, .approve, reason: nil, office.second).state == .approved)
            try await office.approvals.tidyUp()
            #expect(try await office.approvals.find(second.id).state == .carriedOut)

            let third = try await office.ask()
            #expect(try await failing.decide(third.id, .approve, reason: nil, office.second).state == .approved)
            let late = Office.service(region, after: ApprovalService.patience + 60)
            late.register(.terminateTenant) { _, _ in throw PlatformError(.unavailable, "The region is away.") }
            try await late.tidyUp()
            #expect(try await office.approvals.find(third.id).state == .failed)
        }
    }

    @Test func `what nobody decides expires, and can be asked for anew`() async throws {
        try await Region.with { region in
            let office = try await Office(region)
            let asked = try await office.ask()
            await expectError(.conflict) { try await office.ask() }
            let later = Office.service(region, after: FourEyes.lifetime + 1)
            later.register(.terminateTenant) { _, _ in }
            #expect(try await later.find(asked.id).state == .expired)
            #expect(try await later.list(.expired, PageRequest()).items.map(\.id) == [asked.id])
            #expect(try await later.list(.asked, PageRequest()).items.isEmpty)
            await expectError(.conflict) {
                try await later.decide(asked.id, .approve, reason: nil, office.second)
            }
            try await later.tidyUp()
            #expect(try await office.trail(.tenant(office.tenant)) == ["approval.asked done", "approval.expired done"])
            #expect(try await office.ask().state == .asked)
        }
    }

    @Test func `who asked withdraws, another declines with a reason`() async throws {
        try await Region.with { region in
            let office = try await Office(region)
            let first = try await office.ask()
            await expectError(.forbidden) {
                try await office.approvals.withdraw(first.id, reason: nil, office.second)
            }
            #expect(try await office.approvals.withdraw(first.id, reason: nil, office.asker).state == .withdrawn)
            let second = try await office.ask()
            await expectError(.invalid) {
                try await office.approvals.decide(second.id, .decline, reason: " ", office.second)
            }
            let declined = try await office.approvals.decide(second.id, .decline, reason: "Not yet.", office.second)
            #expect((declined.state, declined.decisionReason) == (.declined, "Not yet."))
            #expect(office.effects.all.isEmpty)
            #expect(try await office.approvals.list(nil, PageRequest()).items.map(\.id) == [second.id, first.id])
        }
    }

    @Test func `asking needs a member with the permission, a reason, and somebody who can carry it out`() async throws {
        try await Region.with { region in
            let office = try await Office(region)
            await expectError(.forbidden) {
                try await office.approvals.ask(office.request, office.operations)
            }
            await expectError(.forbidden) {
                try await office.approvals.ask(office.request, Cause(.commandLine))
            }
            var silent = office.request
            silent.reason = "  "
            await expectError(.invalid) { [silent] in
                try await office.approvals.ask(silent, office.asker)
            }
            var other = office.request
            other.action = .moveChannel
            await expectError(.unavailable) { [other] in
                try await office.approvals.ask(other, office.asker)
            }
        }
    }
}
