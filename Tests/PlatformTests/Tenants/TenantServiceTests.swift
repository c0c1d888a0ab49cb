import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct TenantServiceTests {
    /// What the region was told of a tenant.
    private func standing(_ id: TenantID, in region: Region) async throws -> String? {
        try await region.rows(
            "SELECT tenant_state || ' ' || coalesce(agreement_state, 'none') AS standing FROM tenant_standing WHERE tenant_id = $1",
            [id]
        ).first?.decode("standing")
    }

    @Test func `a new tenant is known in both places, has keys, and may not send yet`() async throws {
        try await Region.with { region in
            let tenants = region.installation.tenants
            let tenant = try await tenants.create(name: "  Praxis Süd ", region: Region.name, .system)
            #expect(try await tenants.find(tenant.id) == tenant)
            #expect(
                tenant.name == "Praxis Süd" && tenant.state == .draft && tenant.revision == 1
                    && tenant.shard.rawValue == "eu-test-1")
            #expect(try await standing(tenant.id, in: region) == "draft none")
            #expect(try await region.number("SELECT count(*) FROM tenant_keys WHERE tenant_id = $1", [tenant.id]) == 2)
            let caller = Caller(
                tenant: tenant.id, region: tenant.region, shard: tenant.shard, key: .generate(),
                scopes: Set(Scope.allCases))
            _ = try await Company.connect(tenant.id, in: region)
            let request = SendRequest(
                recipient: Person(1).byPhone, channel: nil, purpose: "service", content: .text("Hallo"),
                idempotencyKey: nil,
                requestHash: [], route: "/")
            await expectRefusal(.tenantNotActive) { try await region.installation.sending.send(caller, request) }
        }
    }

    @Test(arguments: [
        ("", "eu-test", "name"), (" \n", "eu-test", "name"), (String(repeating: "x", count: 201), "eu-test", "name"),
        ("a\u{0}b", "eu-test", "name"), ("Praxis", "us-east", "region"),
    ])
    func `a tenant that cannot be made names the field`(name: String, region id: String, field: String) async throws {
        try await Region.with { region in
            let id = try #require(RegionID(id))
            await expectError(.invalid, field: field) {
                try await region.installation.tenants.create(name: name, region: id, .system)
            }
            #expect(try await region.number("SELECT count(*) FROM tenant_standing") == 0)
        }
    }

    @Test func `tenants are listed page by page, oldest first`() async throws {
        try await Region.with { region in
            let tenants = region.installation.tenants
            var made: [TenantID] = []
            for number in 0..<5 {
                made.append(try await tenants.create(name: "\(number)", region: Region.name, .system).id)
            }
            var (found, page) = ([TenantID](), PageRequest(limit: 2))
            repeat {
                let next = try await tenants.list(page)
                found += next.items.map(\.id)
                page.cursor = next.next
            } while page.cursor != nil
            #expect(found == made)
        }
    }

    @Test func `a suspension holds at once, in every process`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            try await region.anotherProcess { other in
                let request = company.request("Hallo", to: Person(1).byPhone)
                _ = try await other.sending.send(company.caller, request)
                _ = try await region.installation.tenants.setState(company.id, .suspended, reason: "test", .system)
                await expectRefusal(.tenantNotActive) { try await other.sending.send(company.caller, request) }
                _ = try await other.tenants.setState(company.id, .active, .system)
                _ = try await region.installation.sending.send(company.caller, request)
            }
        }
    }

    /// Each as a process leaves it that dies between the two databases.
    @Test(arguments: [
        ("UPDATE tenants SET state = 'suspended' WHERE tenant_id = $1", "suspended in_force"),
        ("UPDATE agreements SET state = 'suspended' WHERE tenant_id = $1", "active suspended"),
        ("UPDATE agreements SET state = 'ended' WHERE tenant_id = $1", "active ended"),
    ])
    func `what an interruption left different in the region is mended at the next start`(change: String, wanted: String)
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            _ = try await region.controlDatabase.query(PostgresQuery("test.change", change, [company.id]))
            #expect(try await standing(company.id, in: region) == "active in_force")
            try await region.anotherProcess { _ in
                try await eventually("the region is told") { try await standing(company.id, in: region) == wanted }
            }
        }
    }

    @Test func `a standing that the region has lost is put back at the next start`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let wanted = "onboarding in_force"
            _ = try await region.rows("DELETE FROM tenant_keys")
            _ = try await region.rows("DELETE FROM tenant_standing")
            try await region.anotherProcess { _ in
                try await eventually("the region is told") { try await standing(company.id, in: region) == wanted }
            }
        }
    }

    @Test(arguments: UInt64(1)...3)
    func `whatever changes at the same moment, the region ends with what the control plane says`(seed: UInt64)
        async throws
    {
        try await Region.with { region in
            let tenants = region.installation.tenants
            let company = try await Company(in: region)
            let dice = Dice(seed)
            for round in 0..<6 {
                await withTaskGroup { group in
                    for _ in 0..<4 {
                        group.addTask {
                            switch dice.pick([0, 1, 2]) {
                            case 0:
                                _ = try? await tenants.setState(
                                    company.id, dice.pick([.active, .suspended]), reason: "test", .system)
                            case 1:
                                guard let current = try? await tenants.agreements(company.id).last else { return }
                                _ = try? await tenants.setAgreementState(
                                    company.id, current.id, dice.pick([.inForce, .suspended]), .system)
                            default:
                                _ = try? await tenants.recordAgreement(
                                    company.id, NewAgreement(reference: "AVV", signedOn: "2026-02-01"), .system)
                            }
                        }
                    }
                }
                let state = try await tenants.find(company.id).state
                let agreement = try await tenants.agreements(company.id).last {
                    [.inForce, .suspended].contains($0.state)
                }
                let wanted = "\(state.rawValue) \(agreement?.state.rawValue ?? "none")"
                #expect(try await standing(company.id, in: region) == wanted, "round \(round)")
            }
        }
    }
}
