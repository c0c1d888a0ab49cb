import PluginKit
import Postgres

import struct Foundation.UUID

/// The control plane's own data key: seals ingress secrets. Made at the first start; wrapped by a key-encryption key as regions' keys are.
enum ControlKey {
    static func open(_ control: PostgresClient, _ store: any KeyStore) async throws -> DataKey {
        if let key = try await find(control, store) { return key }
        let key = DataKey.generate()
        let wrapped = try await store.wrap(key.secret, context: context(key.id))
        // Two servers may start for the first time at once: one key stays, both use it.
        _ = try await control.query(
            PostgresQuery(
                "control-keys.create",
                """
                INSERT INTO control_keys (key_id, kek_id, wrapped)
                SELECT $1, $2, $3
                WHERE pg_advisory_xact_lock(hashtext('obhut.control_keys')) IS NOT NULL AND NOT EXISTS (SELECT FROM control_keys)
                """, [key.id, store.currentKeyID, wrapped]))
        guard let kept = try await find(control, store) else {
            throw PlatformError(.unavailable, "The control plane's key could not be made.", remedy: "Start again.")
        }
        return kept
    }

    private static func find(_ control: PostgresClient, _ store: any KeyStore) async throws -> DataKey? {
        let rows = try await control.query(
            PostgresQuery(
                "control-keys.current", "SELECT key_id, kek_id, wrapped FROM control_keys ORDER BY created_at LIMIT 1"))
        guard let row = rows.first else { return nil }
        let id = try row.decode("key_id", as: UUID.self)
        let secret = try await store.unwrap(row.decode("wrapped"), keyID: row.decode("kek_id"), context: context(id))
        return DataKey(id: id, secret: secret)
    }

    private static func context(_ id: UUID) -> [UInt8] { Array("obhut/control-key/\(id.uuidString.lowercased())".utf8) }
}
