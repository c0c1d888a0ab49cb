import Logging
import PluginKit
import Postgres

import struct Foundation.Date

/// Enters how far tenants' consent chains have come into their audit chains, once a day, before that day is sealed. A tail that is
/// written over afterwards shows by it, even when every hash of the new one fits.
struct ConsentHeads: Sendable {
    let directory: RegionDirectory
    let audit: AuditTrail
    let logger: Logger

    /// Any number of processes may do so at once: the chain's row is held, and the second finds nothing to note.
    /// - Returns: how many chains were noted.
    @discardableResult
    func note(before day: Date) async -> Int {
        var count = 0
        for shard in directory.shards.values {
            do {
                let tenants = try await shard.worker.query(ConsentHeadStore.due(before: day)).map {
                    try $0.decode("tenant_id", as: TenantID.self)
                }
                for tenant in tenants where try await note(tenant, on: shard, before: day) { count += 1 }
            } catch {
                // A region that does not answer must not keep the trail from being sealed.
                logger.warning(
                    "heads of consent chains could not be entered into the trail",
                    metadata: ["shard": "\(shard.id)", "error": "\(error)"])
            }
        }
        return count
    }

    /// Entered before the region commits: should that fail, the trail names a head that is there all the same.
    private func note(_ tenant: TenantID, on shard: Shard, before day: Date) async throws -> Bool {
        try await shard.worker.transaction(settings: asTenant(tenant), retries: 0) { tx in
            guard let row = try await tx.query(ConsentHeadStore.take(tenant, before: day)).first else { return false }
            let head = ConsentHead(length: try row.decode("length"), hash: try row.decode("head"))
            try await audit.enter(
                AuditRecord(ConsentHeadStore.action, .init("consent_chain", tenant), .system, after: head.json),
                in: .tenant(tenant))
            _ = try await tx.query(ConsentHeadStore.noted(tenant, head))
            return true
        }
    }
}

extension ConsentHead {
    var json: JSON { ["length": .number(String(length)), "hash": .string(hash.hexadecimal)] }

    /// As the trail has it.
    init?(entry text: String) {
        guard let after = (try? JSON(parsing: text))?["after"], let length = after["length"]?.int,
            let hash = after["hash"]?.string.flatMap([UInt8].init(hexadecimal:))
        else { return nil }
        self.init(length: length, hash: hash)
    }
}

/// The SQL of chains' heads.
enum ConsentHeadStore {
    static let action = "consent_chain.noted"

    static func head(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery("consents.head", "SELECT length, head FROM consent_chains WHERE tenant_id = $1", [tenant])
    }

    /// Across tenants: those whose chain grew since it was last entered, which was before a moment. Not those that are being moved.
    static func due(before day: Date) -> PostgresQuery {
        PostgresQuery(
            "consents.heads-due",
            """
            SELECT c.tenant_id
            FROM consent_chains c
            WHERE c.length > c.noted_length AND (c.noted_at IS NULL OR c.noted_at < $1)
              AND NOT EXISTS (SELECT FROM tenant_standing s WHERE s.tenant_id = c.tenant_id AND s.movement IS NOT NULL)
            ORDER BY c.tenant_id
            """, [day])
    }

    static func take(_ tenant: TenantID, before day: Date) -> PostgresQuery {
        PostgresQuery(
            "consents.take-head",
            """
            SELECT length, head FROM consent_chains
            WHERE tenant_id = $1 AND length > noted_length AND (noted_at IS NULL OR noted_at < $2)
            FOR UPDATE SKIP LOCKED
            """, [tenant, day])
    }

    static func noted(_ tenant: TenantID, _ head: ConsentHead) -> PostgresQuery {
        PostgresQuery(
            "consents.head-noted",
            "UPDATE consent_chains SET noted_length = $2, noted_at = now() WHERE tenant_id = $1",
            [tenant, head.length])
    }

    /// The heads that stand in the tenant's audit chain. Read from the entries' text, as that is what their hashes are over.
    static func noted(_ tenant: TenantID, _ control: PostgresClient) async throws -> [ConsentHead] {
        let rows = try await control.query(
            PostgresQuery(
                "consents.noted-heads",
                """
                SELECT entry FROM audit_entries
                WHERE chain = $1 AND action = $2
                ORDER BY sequence
                """, [tenant.description, action]))
        return try rows.compactMap { ConsentHead(entry: try $0.decode("entry")) }
    }
}
