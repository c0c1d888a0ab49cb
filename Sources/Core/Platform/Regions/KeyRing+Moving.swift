import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// A tenant's key out of its wrapping, on its way from one key store to another. It is never written down like this.
struct MovingKey: Sendable, Hashable {
    var id: UUID
    var kind: String
    var secret: Secret<[UInt8]>
    var createdAt: Date
    var retiredAt: Date?

    static func == (one: MovingKey, other: MovingKey) -> Bool {
        one.id == other.id && one.kind == other.kind && one.createdAt == other.createdAt
            && one.retiredAt == other.retiredAt && one.secret.revealed == other.secret.revealed
    }

    func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension KeyRing {
    /// All keys of a tenant, those before the current ones too.
    func all(of tenant: TenantID, _ session: some PostgresSession) async throws -> [MovingKey] {
        let rows = try await session.query(
            PostgresQuery(
                "keys.all",
                """
                SELECT kind, key_id, kek_id, wrapped, created_at, retired_at
                FROM tenant_keys
                WHERE tenant_id = $1
                ORDER BY key_id
                """, [tenant]))
        var keys: [MovingKey] = []
        for row in rows {
            let (id, kind) = (try row.decode("key_id", as: UUID.self), try row.decode("kind", as: String.self))
            let secret = try await store.unwrap(
                row.decode("wrapped"), keyID: row.decode("kek_id"), context: Self.context(tenant, kind, id))
            keys.append(
                MovingKey(
                    id: id, kind: kind, secret: secret, createdAt: try row.decode("created_at"),
                    retiredAt: try row.decode("retired_at")))
        }
        return keys
    }

    /// Statements that store keys that came from elsewhere, wrapped by this region's key-encryption key.
    func wrapping(_ keys: [MovingKey], of tenant: TenantID) async throws -> [PostgresQuery] {
        var queries: [PostgresQuery] = []
        for key in keys {
            let wrapped = try await store.wrap(key.secret, context: Self.context(tenant, key.kind, key.id))
            queries.append(
                PostgresQuery(
                    "keys.take",
                    """
                    INSERT INTO tenant_keys (tenant_id, kind, key_id, kek_id, wrapped, created_at, retired_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $7)
                    """,
                    [tenant, key.kind, key.id, store.currentKeyID, wrapped, key.createdAt, key.retiredAt]))
        }
        return queries
    }
}
