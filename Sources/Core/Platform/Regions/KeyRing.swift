import PluginKit
import Postgres
import Synchronization
import struct Foundation.UUID

/// Tenants' keys, unwrapped when first needed and kept in memory.
final class KeyRing: Sendable {
    private let store: any KeyStore
    private let database: PostgresClient
    private let cache = Mutex<[TenantID: TenantKeys]>([:])

    init(store: any KeyStore, database: PostgresClient) {
        self.store = store
        self.database = database
    }

    func keys(of tenant: TenantID) async throws -> TenantKeys {
        if let known = cache.withLock({ $0[tenant] }) { return known }
        let rows = try await database.transactionBatch(
            settings: asTenant(tenant),
            [
                PostgresQuery(
                    "keys.current",
                    """
                    SELECT kind, key_id, kek_id, wrapped
                    FROM tenant_keys
                    WHERE tenant_id = $1 AND retired_at IS NULL
                    """, [tenant])
            ])[0]
        var data: DataKey?
        var index: BlindIndexKey?
        for row in rows {
            let kind = try row.decode("kind", as: String.self)
            let id = try row.decode("key_id", as: UUID.self)
            let secret = try await store.unwrap(
                row.decode("wrapped"), keyID: row.decode("kek_id"), context: Self.context(tenant, kind, id))
            if kind == "data" { data = DataKey(id: id, secret: secret) } else { index = BlindIndexKey(secret: secret) }
        }
        guard let data, let index else {
            throw PlatformError(.unavailable, "The tenant's keys are not in its region.", remedy: "Ops: restore them from backup.")
        }
        let keys = TenantKeys(tenant: tenant, data: data, index: index)
        cache.withLock { $0[tenant] = keys }
        return keys
    }

    /// Statements that store new keys for a tenant that has none.
    func creation(for tenant: TenantID) async throws -> [PostgresQuery] {
        var queries: [PostgresQuery] = []
        for kind in ["data", "index"] {
            let key = DataKey.generate()
            let wrapped = try await store.wrap(key.secret, context: Self.context(tenant, kind, key.id))
            queries.append(
                PostgresQuery(
                    "keys.create",
                    """
                    INSERT INTO tenant_keys (tenant_id, kind, key_id, kek_id, wrapped)
                    VALUES ($1, $2, $3, $4, $5)
                    """, [tenant, kind, key.id, store.currentKeyID, wrapped]))
        }
        return queries
    }

    /// Binds a wrapped key to its place: one tenant's key does not open as another's.
    private static func context(_ tenant: TenantID, _ kind: String, _ key: UUID) -> [UInt8] {
        Array("obhut/tenant-key/\(tenant)/\(kind)/\(key.uuidString.lowercased())".utf8)
    }
}
