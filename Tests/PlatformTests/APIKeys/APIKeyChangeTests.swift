import Foundation
import Outbound
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct APIKeyChangeTests {
    private func trail(_ region: Region, _ tenant: TenantID) async throws -> [String] {
        let rows = try await region.controlDatabase.query(
            PostgresQuery(
                "test.trail", "SELECT action FROM audit_entries WHERE chain = $1 ORDER BY sequence",
                [tenant.description]))
        return try rows.map { try $0.decode("action", as: String.self) }
    }

    @Test func `a key that replaces another has its rights, and the other ends after the overlap`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let keys = region.installation.apiKeys
            let block = try #require(AddressBlock("192.0.2.0/24"))
            let (old, token) = try await keys.issue(
                company.id,
                NewAPIKey(label: "CRM", scopes: [.messagesRead, .contactsRead], allowedAddresses: [block]), .system)
            let (new, fresh) = try await keys.rotate(company.id, old.id, APIKeyRotation(overlapHours: 2), .system)
            #expect(new.label == "CRM" && new.scopes == old.scopes && new.allowedAddresses == [block])
            #expect(new.replaces == old.id && new.expiresAt == nil && new.id != old.id)
            let former = try await keys.find(company.id, old.id)
            #expect(former.replacedBy == new.id && former.revision == 2)
            #expect(abs(try #require(former.expiresAt).timeIntervalSinceNow - 7200) < 60)
            for text in [token, fresh] {
                #expect(try await keys.authenticate(token: text.revealed).tenant == company.id)
            }
            await expectError(.conflict) {
                try await keys.rotate(company.id, old.id, APIKeyRotation(overlapHours: 2), .system).key
            }
            #expect(try await trail(region, company.id).suffix(2) == ["api_key.issued", "api_key.rotated"])
        }
    }

    @Test func `without an overlap the old key is refused at once, and a key that ended is not replaced`() async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let keys = region.installation.apiKeys
            let (old, token) = try await keys.issue(company.id, label: "CRM", scopes: [.messagesRead], expiresAt: nil)
            _ = try await keys.authenticate(token: token.revealed)
            let (new, fresh) = try await keys.rotate(company.id, old.id, APIKeyRotation(overlapHours: 0), .system)
            await expectError(.unauthenticated) { try await keys.authenticate(token: token.revealed) }
            #expect(try await keys.authenticate(token: fresh.revealed).key == new.id)
            try await keys.revoke(company.id, new.id)
            await expectError(.conflict) {
                try await keys.rotate(company.id, new.id, APIKeyRotation(overlapHours: 1), .system).key
            }
            await expectError(.notFound) {
                try await keys.rotate(company.id, .generate(), APIKeyRotation(overlapHours: 1), .system).key
            }
        }
    }

    @Test func `two who rotate one key at once make one key`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let keys = region.installation.apiKeys
            let old = try await keys.issue(company.id, label: "CRM", scopes: [.messagesRead], expiresAt: nil).key
            let outcomes = await withTaskGroup(of: PlatformError.Code?.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        do {
                            _ = try await keys.rotate(company.id, old.id, APIKeyRotation(overlapHours: 1), .system)
                            return nil
                        } catch {
                            return (error as? PlatformError)?.code ?? .unavailable
                        }
                    }
                }
                return await group.reduce(into: [PlatformError.Code?]()) { $0.append($1) }
            }
            #expect(outcomes.filter { $0 == nil }.count == 1)
            #expect(outcomes.filter { $0 == .conflict }.count == 3)
            #expect(try await keys.list(company.id).count == 2)
        }
    }

    struct End: Sendable {
        var lifetime: Double?
        var age: Double
        var overlapHours: Int
        var wanted: Double?
        /// Seconds from now.
        var newEnd: Double?
        var oldEnd: Double
    }

    @Test(arguments: [
        End(age: 100, overlapHours: 1, newEnd: nil, oldEnd: 3600),
        End(lifetime: 86_400, age: 100, overlapHours: 1, newEnd: 86_400, oldEnd: 3600),
        End(lifetime: 1000, age: 100, overlapHours: 1, newEnd: 1000, oldEnd: 900),
        End(lifetime: 1000, age: 100, overlapHours: 0, wanted: 50, newEnd: 50, oldEnd: 0),
        End(age: 0, overlapHours: 720, wanted: 7, newEnd: 7, oldEnd: 2_592_000),
    ])
    func `the old key ends with the overlap or before, the new one lives as long as it was made to`(row: End) {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let made = now.addingTimeInterval(-row.age)
        let old = APIKey(
            id: .generate(), tenant: .generate(), label: "CRM", prefix: "obk_", scopes: [], allowedAddresses: [],
            createdAt: made, expiresAt: row.lifetime.map(made.addingTimeInterval), revision: 1)
        let rotation = APIKeyRotation(
            overlapHours: row.overlapHours, expiresAt: row.wanted.map(now.addingTimeInterval))
        #expect(rotation.end(after: old, at: now) == row.newEnd.map(now.addingTimeInterval))
        #expect(rotation.overlapEnd(of: old, at: now) == now.addingTimeInterval(row.oldEnd))
    }

    @Test func `a change is made once, to the revision that was seen, and stands in the trail`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let keys = region.installation.apiKeys
            let key = try await keys.issue(company.id, label: "CRM", scopes: [.messagesRead], expiresAt: nil).key
            let seen = Expected([key.revision])
            let changed = try await keys.change(company.id, key.id, APIKeyChange(label: " Shop "), seen, .system)
            #expect(changed.label == "Shop" && changed.revision == key.revision + 1)
            await expectError(.preconditionFailed) {
                try await keys.change(company.id, key.id, APIKeyChange(label: "Late"), seen, .system)
            }
            await expectError(.preconditionFailed) { try await keys.revoke(company.id, key.id, seen, .system) }
            #expect(try await keys.find(company.id, key.id) == changed)
            let same = try await keys.change(company.id, key.id, APIKeyChange(label: "Shop"), .any, .system)
            #expect(same.revision == changed.revision, "what changes nothing is no change")
            await expectError(.invalid, field: "label") {
                try await keys.change(company.id, key.id, APIKeyChange(label: " "), .any, .system)
            }
            let other = try await Company(in: region, channels: 0)
            await expectError(.notFound) {
                try await keys.change(other.id, key.id, APIKeyChange(label: "Theirs"), .any, .system)
            }
            #expect(try await trail(region, company.id).suffix(2) == ["api_key.issued", "api_key.changed"])
        }
    }

    @Test func `addresses that a key is kept to hold from the next request on`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let keys = region.installation.apiKeys
            let (key, token) = try await keys.issue(company.id, label: "CRM", scopes: [.messagesRead], expiresAt: nil)
            let here = IPAddress("198.51.100.7")
            #expect(try await keys.authenticate(token: token.revealed).mayCall(from: here))
            let block = try #require(AddressBlock("192.0.2.7/24"))
            _ = try await keys.change(company.id, key.id, APIKeyChange(allowedAddresses: [block]), .any, .system)
            #expect(try await !keys.authenticate(token: token.revealed).mayCall(from: here))
            #expect(try await keys.find(company.id, key.id).allowedAddresses.map(\.description) == ["192.0.2.0/24"])
            let many = (0...50).compactMap { AddressBlock("192.0.2.\($0)") }
            await expectError(.invalid, field: "allowed_addresses") {
                try await keys.change(company.id, key.id, APIKeyChange(allowedAddresses: many), .any, .system)
            }
        }
    }

    @Test(
        arguments: [
            ([], "198.51.100.7", true), ([], nil, true), (["192.0.2.0/24"], "192.0.2.255", true),
            (["192.0.2.0/24"], "192.0.3.0", false), (["192.0.2.0/24"], nil, false), (["192.0.2.1"], "192.0.2.1", true),
            (["192.0.2.1"], "192.0.2.2", false), (["192.0.2.0/24"], "::ffff:192.0.2.9", true),
            (["2001:db8::/32"], "2001:db8:ffff::1", true), (["2001:db8::/32"], "2001:db9::1", false),
            (["2001:db8::/32"], "192.0.2.1", false), (["192.0.2.1", "2001:db8::1"], "2001:db8::1", true),
            (["0.0.0.0/0"], "203.0.113.1", true), (["0.0.0.0/0"], "2001:db8::1", false),
        ] as [([String], String?, Bool)])
    func `a key may be used from its addresses`(blocks: [String], address: String?, may: Bool) {
        let caller = Caller(
            tenant: .generate(), region: Region.name, shard: ShardID(rawValue: "a-1")!, key: .generate(), scopes: [],
            allowedAddresses: blocks.compactMap { AddressBlock($0) })
        #expect(caller.allowedAddresses.count == blocks.count)
        #expect(caller.mayCall(from: address.flatMap { IPAddress($0) }) == may)
    }
}
