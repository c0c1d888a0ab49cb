public import PluginKit
import Postgres

public import struct Foundation.Date

/// Tenants' keys for the REST surfaces.
public final class APIKeyService: Sendable {
    private let control: PostgresClient
    private let tenants: TenantService
    private let cache = CallerCache()

    /// How long another process may go on taking a key that was revoked here.
    private static let lifetime = Duration.seconds(2)

    init(control: PostgresClient, tenants: TenantService) {
        self.control = control
        self.tenants = tenants
    }

    /// - Returns: the key, and the token, which is shown now and never again.
    public func issue(
        _ tenant: TenantID, label: String, scopes: Set<Scope>, expiresAt: Date?
    ) async throws -> (key: APIKey, token: Secret<String>) {
        _ = try await tenants.find(tenant)
        let label = label.trimmed
        guard (1...200).contains(label.count), !label.utf8.contains(0) else {
            throw PlatformError.invalid("label", "give 1 to 200 characters")
        }
        guard !scopes.isEmpty else { throw PlatformError.invalid("scopes", "give at least one scope") }
        if let expiresAt, expiresAt <= Date() { throw PlatformError.invalid("expires_at", "give a time to come") }
        let token = APIToken.generate(.tenant)
        let rows = try await control.query(
            PostgresQuery(
                "api-keys.issue",
                """
                INSERT INTO api_keys (tenant_id, api_key_id, label, prefix, token_hash, scopes, expires_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                RETURNING tenant_id, api_key_id, label, prefix, scopes, created_at, expires_at, revoked_at, last_used_at
                """,
                [
                    tenant, APIKeyID.generate(), label, token.prefix, token.hash, scopes.map(\.rawValue).sorted(),
                    expiresAt,
                ]))
        return (try Self.key(rows[0]), token.text)
    }

    public func list(_ tenant: TenantID) async throws -> [APIKey] {
        _ = try await tenants.find(tenant)
        let rows = try await control.query(
            PostgresQuery(
                "api-keys.list",
                """
                SELECT tenant_id, api_key_id, label, prefix, scopes, created_at, expires_at, revoked_at, last_used_at
                FROM api_keys
                WHERE tenant_id = $1
                ORDER BY api_key_id
                """, [tenant]))
        return try rows.map(Self.key)
    }

    /// Takes effect here at once, in other processes within two seconds.
    public func revoke(_ tenant: TenantID, _ key: APIKeyID) async throws {
        let rows = try await control.query(
            PostgresQuery(
                "api-keys.revoke",
                """
                UPDATE api_keys SET revoked_at = coalesce(revoked_at, now())
                WHERE tenant_id = $1 AND api_key_id = $2
                """, [tenant, key]))
        guard rows.affectedRows == 1 else { throw PlatformError.notFound("API key") }
        cache.forget(key)
    }

    /// - Throws: `.unauthenticated` for a token that is none, is unknown, revoked or expired; it does not say which.
    public func authenticate(token text: String) async throws -> Caller {
        guard let token = APIToken(text), token.kind == .tenant else { throw Self.unauthenticated }
        let hash = token.hash
        return try await cache.caller(hash) { try await look(up: hash) }
    }

    /// That a key is in use is noted once a minute at most, so that a busy key is not a row that is always being written.
    private func look(up hash: [UInt8]) async throws -> CallerCache.Entry {
        let until = ContinuousClock.now + Self.lifetime
        let rows = try await control.query(
            PostgresQuery(
                "api-keys.authenticate",
                """
                WITH known AS (
                    SELECT k.tenant_id, t.region_id, t.shard_id, t.state, k.api_key_id, k.scopes, k.expires_at
                    FROM api_keys k
                    JOIN tenants t ON t.tenant_id = k.tenant_id
                    WHERE k.token_hash = $1 AND k.revoked_at IS NULL
                      AND (k.expires_at IS NULL OR k.expires_at > now()) AND t.state <> 'erased'
                ), used AS (
                    UPDATE api_keys k
                    SET last_used_at = now()
                    FROM known
                    WHERE k.tenant_id = known.tenant_id AND k.api_key_id = known.api_key_id
                      AND (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute')
                )
                SELECT tenant_id, region_id, shard_id, state, api_key_id, scopes, expires_at FROM known
                """, [hash]))
        guard let row = rows.first else { throw Self.unauthenticated }
        let words = try row.decode("scopes", as: [String].self)
        var scopes = Set(words.compactMap(Scope.init(rawValue:)))
        let isTerminated = try row.decode("state", as: TenantState.self) == .terminated
        if isTerminated { scopes.formIntersection([.exportRead]) }
        let caller = Caller(
            tenant: try row.decode("tenant_id"), region: try row.decode("region_id"), shard: try row.decode("shard_id"),
            key: try row.decode("api_key_id"), scopes: scopes, isTerminated: isTerminated)
        return CallerCache.Entry(caller: caller, expiresAt: try row.decode("expires_at"), until: until)
    }

    static let unauthenticated = PlatformError(
        .unauthenticated, "The request carries no valid key.",
        remedy: "Send Authorization: Bearer with a key that is in force.")

    private static func key(_ row: PostgresRow) throws -> APIKey {
        APIKey(
            id: try row.decode("api_key_id"), tenant: try row.decode("tenant_id"), label: try row.decode("label"),
            prefix: try row.decode("prefix"),
            scopes: Set(try row.decode("scopes", as: [String].self).compactMap(Scope.init(rawValue:))),
            createdAt: try row.decode("created_at"), expiresAt: try row.decode("expires_at"),
            revokedAt: try row.decode("revoked_at"), lastUsedAt: try row.decode("last_used_at"))
    }
}
