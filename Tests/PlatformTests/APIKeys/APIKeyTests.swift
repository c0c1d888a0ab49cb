import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct APIKeyTests {
    @Test func `a key that was issued authenticates as its tenant, with its scopes`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let keys = region.installation.apiKeys
            let (key, token) = try await keys.issue(company.id, label: " CRM ", scopes: [.messagesRead], expiresAt: nil)
            #expect(key.label == "CRM" && key.lastUsedAt == nil && token.revealed.hasPrefix(key.prefix))
            let caller = try await keys.authenticate(token: token.revealed)
            #expect(caller.tenant == company.id && caller.key == key.id && caller.scopes == [.messagesRead])
            #expect(caller.region == Region.name && caller.shard == company.tenant.shard)
            let listed = try #require(try await keys.list(company.id).only)
            #expect(abs(try #require(listed.lastUsedAt).timeIntervalSinceNow) < 60)
        }
    }

    @Test func `only the hash of a token is kept`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let token = try await region.installation.apiKeys.issue(
                company.id, label: "CRM", scopes: [.messagesRead], expiresAt: nil
            ).token.revealed
            let rows = try await region.controlDatabase.query(
                PostgresQuery("test.look", "SELECT token_hash, row_to_json(k)::text AS row FROM api_keys k"))
            #expect(try rows[0].decode("token_hash") == APIToken(token)?.hash)
            #expect(try !rows[0].decode("row", as: String.self).contains(token.dropFirst(12)))
        }
    }

    @Test func `what is no key in force authenticates nobody, and the answer does not tell why`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let keys = region.installation.apiKeys
            func issue(expires: Date? = nil) async throws -> (key: APIKey, token: String) {
                let (key, token) = try await keys.issue(
                    company.id, label: "CRM", scopes: [.messagesRead], expiresAt: expires)
                return (key, token.revealed)
            }
            let good = try await issue().token
            var mistyped = Array(good)
            mistyped[20] = mistyped[20] == "A" ? "B" : "A"
            let revoked = try await issue()
            _ = try await keys.authenticate(token: revoked.token)
            for _ in 0..<2 { try await keys.revoke(company.id, revoked.key.id) }
            let expired = try await issue(expires: Date(timeIntervalSinceNow: 3600))
            _ = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.expire", "UPDATE api_keys SET expires_at = now() WHERE api_key_id = $1", [expired.key.id]))
            let erased = try await Company(in: region, channels: 0)
            let orphan = try await keys.issue(erased.id, label: "CRM", scopes: [.messagesRead], expiresAt: nil).token
                .revealed
            _ = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.erase",
                    "UPDATE tenants SET state = 'erased', terminated_at = now(), erase_after = now() WHERE tenant_id = $1",
                    [erased.id]))
            let cases = [
                ("empty", ""), ("mistyped", String(mistyped)), ("cut off", String(good.dropLast())),
                ("of nobody", APIToken.generate(.tenant).text.revealed),
                ("a staff token", APIToken.generate(.admin).text.revealed),
                ("revoked", revoked.token), ("expired", expired.token), ("of an erased tenant", orphan),
            ]
            for (what, token) in cases {
                let error = await #expect(throws: PlatformError.self, "\(what)") {
                    try await keys.authenticate(token: token)
                }
                #expect(
                    error?.code == .unauthenticated && error?.message == APIKeyService.unauthenticated.message,
                    "\(what)")
            }
            #expect(try await keys.authenticate(token: good).tenant == company.id)
        }
    }

    @Test func `a key that expires while it is remembered is not taken longer`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region, channels: 0)
            let keys = region.installation.apiKeys
            // Within the two seconds for which a key is remembered.
            let expiry = Date(timeIntervalSinceNow: 1.2)
            let token = try await keys.issue(company.id, label: "CRM", scopes: [.messagesRead], expiresAt: expiry).token
            try await eventually("it expires") {
                let asked = Date()
                let isTaken = (try? await keys.authenticate(token: token.revealed)) != nil
                #expect(!isTaken || asked < expiry)
                return !isTaken
            }
            #expect(Date() >= expiry)
        }
    }

    @Test func `a key cannot be revoked in another tenant's name, nor be issued wrongly`() async throws {
        try await Region.with { region in
            let (company, other) = (
                try await Company(in: region, channels: 0), try await Company(in: region, channels: 0)
            )
            let keys = region.installation.apiKeys
            let (key, token) = try await keys.issue(company.id, label: "CRM", scopes: [.messagesRead], expiresAt: nil)
            await expectError(.notFound) { try await keys.revoke(other.id, key.id) }
            _ = try await keys.authenticate(token: token.revealed)
            #expect(try await keys.list(other.id).isEmpty)
            let cases: [(label: String, scopes: Set<Scope>, expiresAt: Date?, field: String)] = [
                (" ", [.messagesRead], nil, "label"),
                (String(repeating: "x", count: 201), [.messagesRead], nil, "label"),
                ("CRM", [], nil, "scopes"), ("CRM", [.messagesRead], Date(timeIntervalSinceNow: -1), "expires_at"),
            ]
            for row in cases {
                await expectError(.invalid, field: row.field) {
                    try await keys.issue(company.id, label: row.label, scopes: row.scopes, expiresAt: row.expiresAt).key
                }
            }
            await expectError(.notFound) {
                try await keys.issue(.generate(), label: "CRM", scopes: [.messagesRead], expiresAt: nil).key
            }
        }
    }

    @Test func `a staff token authenticates until it is revoked, and is no tenant's key`() async throws {
        try await Region.with { region in
            let tokens = region.installation.adminTokens
            let owner = try await region.installation.staff.localOwner(.system)
            let tomorrow = Date(timeIntervalSinceNow: 86_400)
            let (listed, text) = try await tokens.issue(for: owner.id, label: "ops", expiresAt: tomorrow, .system)
            let token = text.revealed
            #expect(try await tokens.authenticate(token: token) == owner)
            await expectError(.unauthenticated) { try await region.installation.apiKeys.authenticate(token: token) }
            let made = APIToken.generate(.admin).text
            for _ in 0..<2 { try await tokens.install(token: made, for: owner.id, label: "made elsewhere") }
            #expect(try await tokens.authenticate(token: made.revealed) == owner)
            for wrong in [
                "", "oba_", APIToken.generate(.admin).text.revealed, APIToken.generate(.tenant).text.revealed,
            ] {
                #expect(try await tokens.authenticate(token: wrong) == nil)
            }
            await expectError(.invalid, field: "token") {
                try await tokens.install(token: APIToken.generate(.tenant).text, for: owner.id, label: "a tenant's")
            }
            for _ in 0..<2 { try await tokens.revoke(listed.id, .system) }
            #expect(try await tokens.authenticate(token: token) == nil)
            #expect(try await tokens.authenticate(token: made.revealed) != nil, "another's token stays")
            await expectError(.notFound) { try await tokens.revoke(.generate(), .system) }
        }
    }

    @Test func `a staff token is refused from its end on, and is listed as what it is`() async throws {
        try await Region.with { region in
            let tokens = region.installation.adminTokens
            let owner = try await region.installation.staff.localOwner(.system)
            let (soon, text) = try await tokens.issue(
                for: owner.id, label: "soon", expiresAt: Date(timeIntervalSinceNow: 86_400), .system)
            let (lost, _) = try await tokens.issue(
                for: owner.id, label: "lost", expiresAt: Date(timeIntervalSinceNow: 86_400), .system)
            try await tokens.install(token: APIToken.generate(.admin).text, for: owner.id, label: "for ever")
            _ = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.expire", "UPDATE admin_tokens SET expires_at = now() WHERE admin_token_id = $1", [soon.id]))
            try await tokens.revoke(lost.id, .system)
            #expect(try await tokens.authenticate(token: text.revealed) == nil)
            let states = try await tokens.list().map { "\($0.label) \($0.state(at: Date()).rawValue)" }
            #expect(Set(states) == ["soon expired", "lost revoked", "for ever active"])
        }
    }
}
