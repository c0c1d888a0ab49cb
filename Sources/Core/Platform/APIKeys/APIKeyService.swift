public import PluginKit
import Postgres

import struct Foundation.Date

/// Tenants' keys for the REST surfaces.
public final class APIKeyService: Sendable {
    let control: PostgresClient
    let tenants: TenantService
    let audit: AuditTrail
    let cache = CallerCache()

    /// How long another process may go on taking a key that was revoked here.
    private static let lifetime = Duration.seconds(2)

    init(control: PostgresClient, tenants: TenantService, audit: AuditTrail) {
        self.control = control
        self.tenants = tenants
        self.audit = audit
    }

    /// - Returns: the key, and the token, which is shown now and never again.
    public func issue(
        _ tenant: TenantID, _ new: NewAPIKey, _ cause: Cause
    ) async throws -> (key: APIKey, token: Secret<String>) {
        _ = try await tenants.find(tenant)
        let new = try new.checked(at: Date())
        let token = APIToken.generate(.tenant)
        return try await control.transaction { tx in
            let key = try APIKeyStore.key(try await tx.query(APIKeyStore.add(tenant, .generate(), new, token))[0])
            try await audit.enter(
                AuditRecord("api_key.issued", .init("api_key", key.id), cause, after: key.entry), in: .tenant(tenant),
                tx)
            return (key, token.text)
        }
    }

    /// Oldest first.
    public func list(_ tenant: TenantID) async throws -> [APIKey] {
        _ = try await tenants.find(tenant)
        return try await control.query(APIKeyStore.list(tenant)).map(APIKeyStore.key)
    }

    public func find(_ tenant: TenantID, _ key: APIKeyID) async throws -> APIKey {
        guard let row = try await control.query(APIKeyStore.find(tenant, key)).first else {
            throw PlatformError.notFound("API key")
        }
        return try APIKeyStore.key(row)
    }

    /// - Throws: `.unauthenticated` for a token that is none, is unknown, revoked or expired; it does not say which.
    public func authenticate(token text: String) async throws -> Caller {
        guard let token = APIToken(text), token.kind == .tenant else { throw Self.unauthenticated }
        let hash = token.hash
        return try await cache.caller(hash) { try await look(up: hash) }
    }

    private func look(up hash: [UInt8]) async throws -> CallerCache.Entry {
        let until = ContinuousClock.now + Self.lifetime
        guard let row = try await control.query(APIKeyStore.authenticate(hash)).first else {
            throw Self.unauthenticated
        }
        return CallerCache.Entry(
            caller: try APIKeyStore.caller(row), expiresAt: try row.decode("expires_at"), until: until)
    }

    static let unauthenticated = PlatformError(
        .unauthenticated, "The request carries no valid key.",
        remedy: "Send Authorization: Bearer with a key that is in force.")
}

extension APIKey {
    /// As the audit trail has it. The label is free text, so it stays out.
    var entry: JSON {
        [
            "scopes": .array(scopes.map(\.rawValue).sorted().map { .string($0) }),
            "allowed_addresses": .array(allowedAddresses.map { .string($0.description) }),
            "expires_at": expiresAt.map { .string($0.rfc3339) } ?? .null,
        ]
    }
}
