import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct StaffServiceTests {
    private static func soon() -> Date { Date(timeIntervalSinceNow: 3600) }

    @Test func `who is disabled has no token, no session and no sign-in left, and enabling gives none back`()
        async throws
    {
        try await Region.with { region in
            let (staff, tokens) = (region.installation.staff, region.installation.adminTokens)
            let (ada, bea) = (
                try await region.colleague("ada", [.owner]), try await region.colleague("bea", [.support])
            )
            let (_, text) = try await tokens.issue(for: bea.id, label: "laptop", expiresAt: Self.soon(), .system)
            let (_, cookie) = try await region.control.transaction { tx in
                try await region.installation.sessions.begin(bea, .password, agent: "Firefox", .system, tx)
            }
            #expect(try await tokens.authenticate(token: text.revealed)?.id == bea.id)
            #expect(try await region.installation.sessions.authenticate(cookie)?.member.id == bea.id)

            let cause = Cause(.staff(ada))
            let disabled = try await staff.change(bea.id, StaffChange(state: .disabled), revision: 1, cause)
            #expect((disabled.state, disabled.revision) == (.disabled, 2))
            for state in [StaffMember.State.disabled, .active] {
                _ = try await staff.change(bea.id, StaffChange(state: state), cause)
                #expect(try await tokens.authenticate(token: text.revealed) == nil)
                #expect(try await region.installation.sessions.authenticate(cookie) == nil)
            }
            #expect(try await tokens.list(of: bea.id).allSatisfy { $0.state(at: Date()) == .revoked })
            #expect(try await region.trail("staff.changed") == ["staff.changed done", "staff.changed done"])
        }
    }

    @Test func `of two owners who disable each other at the same time one stays`() async throws {
        try await Region.with { region in
            let staff = region.installation.staff
            for round in 0..<5 {
                let one = try await region.colleague("one-\(round)", [.owner])
                let two = try await region.colleague("two-\(round)", [.owner])
                let done = await withTaskGroup(of: Bool.self) { group in
                    for (actor, other) in [(one, two), (two, one)] {
                        group.addTask {
                            let cause = Cause(.staff(actor))
                            return (try? await staff.change(other.id, StaffChange(state: .disabled), cause)) != nil
                        }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                let left = try await staff.list().filter { $0.state == .active }
                #expect((done, left.count) == (1, 1))
                _ = try await region.control.query(
                    PostgresQuery("test.disable", "UPDATE staff SET state = 'disabled'"))
            }
        }
    }

    @Test func `the local owner does not count as the last one`() async throws {
        try await Region.with { region in
            let staff = region.installation.staff
            let local = try await staff.localOwner(.system)
            await expectError(.conflict) { try await staff.change(local.id, StaffChange(state: .disabled), .system) }
            let ada = try await region.colleague("ada", [.owner])
            await expectError(.conflict) { try await staff.change(ada.id, StaffChange(roles: [.auditor]), .system) }
            #expect(try await staff.change(local.id, StaffChange(state: .disabled), .system).state == .disabled)
        }
    }

    @Test func `a change names what it saw, and what is wrong is named`() async throws {
        try await Region.with { region in
            let staff = region.installation.staff
            let ada = try await region.colleague("ada", [.owner])
            let renamed = try await staff.change(
                ada.id, StaffChange(displayName: Personal(" Ada L. "), language: .english), revision: 1, .system)
            #expect((renamed.displayName.revealed, renamed.language, renamed.revision) == ("Ada L.", .english, 2))
            await expectError(.preconditionFailed) {
                try await staff.change(ada.id, StaffChange(language: .german), revision: 1, .system)
            }
            // What changes nothing is no change.
            #expect(try await staff.change(ada.id, StaffChange(language: .english), revision: 2, .system).revision == 2)
            await expectError(.invalid, field: "name") {
                try await staff.change(ada.id, StaffChange(displayName: Personal(" ")), .system)
            }
            await expectError(.invalid, field: "roles") {
                try await staff.change(ada.id, StaffChange(roles: []), .system)
            }
            await expectError(.notFound) { try await staff.change(.generate(), StaffChange(), .system) }
            // People stand in the trail by id alone.
            let entries = try await region.controlRows("SELECT entry FROM audit_entries").map {
                try $0.decode("entry", as: String.self)
            }
            #expect(entries.contains { $0.contains("staff.changed") } && !entries.contains { $0.contains("Ada") })
        }
    }

    @Test func `a token of the API ends within a year, and its use is noted`() async throws {
        try await Region.with { region in
            let tokens = region.installation.adminTokens
            let ada = try await region.colleague("ada", [.owner])
            let late = Date(timeIntervalSinceNow: AdminTokenService.longest + 60)
            await expectError(.invalid) {
                try await tokens.issue(
                    for: ada.id, label: "x", expiresAt: late, atMost: AdminTokenService.longest, .system
                ).0
            }
            let (token, text) = try await tokens.issue(
                for: ada.id, label: "x", expiresAt: Self.soon(), atMost: AdminTokenService.longest, .system)
            #expect(token.lastUsedAt == nil)
            _ = try await tokens.authenticate(token: text.revealed)
            #expect(try await tokens.list(of: ada.id)[0].lastUsedAt != nil)
        }
    }
}
