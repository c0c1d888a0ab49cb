import PluginKit
import Postgres
import Synchronization

import struct Foundation.UUID

/// Tenants' keys, unwrapped when first needed and kept in memory.
final class KeyRing: Sendable {
    let store: any KeyStore
    private let database: PostgresClient
    private let cache = Mutex<[TenantID: Entry]>([:])

    private struct Entry {
        var keys: TenantKeys
        var until: ContinuousClock.Instant
    }

    /// How long unwrapped keys stay in memory: so long after they were destroyed, another process still has them, and nothing left to
    /// open with them.
    static let lifetime = Duration.seconds(900)

    init(store: any KeyStore, database: PostgresClient) {
        self.store = store
        self.database = database
    }

    func keys(of tenant: TenantID) async throws -> TenantKeys {
        let now = ContinuousClock.now
        if let known = cache.withLock({ $0[tenant] }), known.until > now { return known.keys }
        let found = try await database.transactionBatch(
            settings: asTenant(tenant),
            [
                PostgresQuery(
                    "keys.current",
                    """
                    SELECT kind, key_id, kek_id, wrapped
                    FROM tenant_keys
                    WHERE tenant_id = $1 AND retired_at IS NULL
                    """, [tenant]), TenantStanding.query(tenant),
            ])
        let (rows, standing) = (found[0], try found[1].first.map(TenantStanding.init))
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
            cache.withLock { $0[tenant] = nil }
            guard let standing else { throw PlatformError.notFound("tenant") }
            if standing.isMoving { throw PlatformError(Refusal(.tenantMoving)) }
            // Its keys are the first that an erasure destroys.
            if ProcessingRule.isOver(standing.state) { throw PlatformError(Refusal(.tenantTerminated)) }
            throw PlatformError(
                .unavailable, "The tenant's keys are not in its region.", remedy: "Ops: restore them from backup.")
        }
        let keys = TenantKeys(tenant: tenant, data: data, index: index)
        cache.withLock { $0[tenant] = Entry(keys: keys, until: now + Self.lifetime) }
        return keys
    }

    /// Keys that were destroyed are not to be used from memory.
    func forget(_ tenant: TenantID) { cache.withLock { $0[tenant] = nil } }

    /// Makes sure that the key store is the one this shard's data was sealed with; the first time, writes down how to tell.
    /// - Throws: `KeyStoreError.unknownKey` when it is another.
    func check() async throws {
        let current = store.currentKeyID
        let rows = try await database.query(
            PostgresQuery("keys.checks", "SELECT kek_id, wrapped FROM key_checks ORDER BY created_at DESC"))
        for row in rows {
            let id = try row.decode("kek_id", as: String.self)
            guard id == current else { continue }
            _ = try await store.unwrap(row.decode("wrapped"), keyID: id, context: Self.checkContext)
            return
        }
        // A new key-encryption key is welcome where the former one is there too.
        if let last = rows.first {
            _ = try await store.unwrap(last.decode("wrapped"), keyID: last.decode("kek_id"), context: Self.checkContext)
        }
        let wrapped = try await store.wrap(DataKey.generate().secret, context: Self.checkContext)
        _ = try await database.query(
            PostgresQuery(
                "keys.add-check",
                "INSERT INTO key_checks (kek_id, wrapped) VALUES ($1, $2) ON CONFLICT (kek_id) DO NOTHING",
                [current, wrapped]))
    }

    private static let checkContext = Array("obhut/key-check".utf8)

    /// Statements that store new keys for a tenant that has none.
    func creation(for tenant: TenantID) async throws -> [PostgresQuery] {
        try await check()
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
    static func context(_ tenant: TenantID, _ kind: String, _ key: UUID) -> [UInt8] {
        Array("obhut/tenant-key/\(tenant)/\(kind)/\(key.uuidString.lowercased())".utf8)
    }
}
