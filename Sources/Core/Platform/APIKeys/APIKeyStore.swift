import Outbound
import PluginKit
import Postgres

import struct Foundation.Date

/// The SQL of tenants' keys, in the control plane.
enum APIKeyStore {
    static func add(
        _ tenant: TenantID, _ id: APIKeyID, _ new: NewAPIKey, _ token: APIToken, replaces: APIKeyID? = nil
    ) -> PostgresQuery {
        PostgresQuery(
            "api-keys.add",
            """
            INSERT INTO api_keys (tenant_id, api_key_id, label, prefix, token_hash, scopes, expires_at, allowed_addresses,
                                  replaces)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            RETURNING tenant_id, api_key_id, label, prefix, scopes, allowed_addresses, created_at, expires_at, revoked_at,
                      last_used_at, replaces, NULL::uuid AS replaced_by, revision
            """,
            [
                tenant, id, new.label, token.prefix, token.hash, new.scopes.map(\.rawValue).sorted(), new.expiresAt,
                new.allowedAddresses.map(\.description), replaces,
            ])
    }

    static func list(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "api-keys.list",
            """
            SELECT k.tenant_id, k.api_key_id, k.label, k.prefix, k.scopes, k.allowed_addresses, k.created_at, k.expires_at,
                   k.revoked_at, k.last_used_at, k.replaces, heir.api_key_id AS replaced_by, k.revision
            FROM api_keys k
            LEFT JOIN api_keys heir ON heir.tenant_id = k.tenant_id AND heir.replaces = k.api_key_id
            WHERE k.tenant_id = $1
            ORDER BY k.api_key_id
            """, [tenant])
    }

    static func find(_ tenant: TenantID, _ id: APIKeyID) -> PostgresQuery {
        PostgresQuery(
            "api-keys.find",
            """
            SELECT k.tenant_id, k.api_key_id, k.label, k.prefix, k.scopes, k.allowed_addresses, k.created_at, k.expires_at,
                   k.revoked_at, k.last_used_at, k.replaces, heir.api_key_id AS replaced_by, k.revision
            FROM api_keys k
            LEFT JOIN api_keys heir ON heir.tenant_id = k.tenant_id AND heir.replaces = k.api_key_id
            WHERE k.tenant_id = $1 AND k.api_key_id = $2
            """, [tenant, id])
    }

    /// One key, held until the transaction ends.
    static func lock(_ tenant: TenantID, _ id: APIKeyID) -> PostgresQuery {
        PostgresQuery(
            "api-keys.lock",
            """
            SELECT k.tenant_id, k.api_key_id, k.label, k.prefix, k.scopes, k.allowed_addresses, k.created_at, k.expires_at,
                   k.revoked_at, k.last_used_at, k.replaces, heir.api_key_id AS replaced_by, k.revision
            FROM api_keys k
            LEFT JOIN api_keys heir ON heir.tenant_id = k.tenant_id AND heir.replaces = k.api_key_id
            WHERE k.tenant_id = $1 AND k.api_key_id = $2
            FOR UPDATE OF k
            """, [tenant, id])
    }

    /// Writes what can change of a key that is held.
    static func update(_ key: APIKey) -> PostgresQuery {
        PostgresQuery(
            "api-keys.update",
            """
            UPDATE api_keys
            SET label = $3, allowed_addresses = $4, expires_at = $5, revoked_at = $6, revision = $7, updated_at = now()
            WHERE tenant_id = $1 AND api_key_id = $2
            """,
            [
                key.tenant, key.id, key.label, key.allowedAddresses.map(\.description), key.expiresAt, key.revokedAt,
                key.revision,
            ])
    }

    /// That a key is in use is noted once a minute at most, so that a busy key is not a row that is always being written.
    static func authenticate(_ hash: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "api-keys.authenticate",
            """
            WITH known AS (
                SELECT k.tenant_id, t.region_id, t.shard_id, t.state, k.api_key_id, k.scopes, k.allowed_addresses,
                       k.expires_at
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
            SELECT tenant_id, region_id, shard_id, state, api_key_id, scopes, allowed_addresses, expires_at FROM known
            """, [hash])
    }

    static func caller(_ row: PostgresRow) throws -> Caller {
        let isTerminated = try row.decode("state", as: TenantState.self) == .terminated
        return Caller(
            tenant: try row.decode("tenant_id"), region: try row.decode("region_id"), shard: try row.decode("shard_id"),
            key: try row.decode("api_key_id"),
            scopes: isTerminated ? try scopes(row).intersection([.exportRead]) : try scopes(row),
            allowedAddresses: try addresses(row), isTerminated: isTerminated)
    }

    static func key(_ row: PostgresRow) throws -> APIKey {
        APIKey(
            id: try row.decode("api_key_id"), tenant: try row.decode("tenant_id"), label: try row.decode("label"),
            prefix: try row.decode("prefix"), scopes: try scopes(row), allowedAddresses: try addresses(row),
            createdAt: try row.decode("created_at"), expiresAt: try row.decode("expires_at"),
            revokedAt: try row.decode("revoked_at"), lastUsedAt: try row.decode("last_used_at"),
            replaces: try row.decode("replaces"), replacedBy: try row.decode("replaced_by"),
            revision: try row.decode("revision"))
    }

    private static func scopes(_ row: PostgresRow) throws -> Set<Scope> {
        Set(try row.decode("scopes", as: [String].self).compactMap(Scope.init(rawValue:)))
    }

    /// - Throws: for one that is no range: to leave it out could open the key to everybody.
    private static func addresses(_ row: PostgresRow) throws -> [AddressBlock] {
        try row.decode("allowed_addresses", as: [String].self).map { text in
            guard let block = AddressBlock(text) else {
                throw PlatformError(.unavailable, "A key's allowed addresses cannot be read.", remedy: "Set them anew.")
            }
            return block
        }
    }
}
