import PluginKit
import Postgres

import struct Foundation.Date

/// The audit trail: entered in the transaction of what it tells of, so that neither is there without the other.
public struct AuditTrail: Sendable {
    let control: PostgresClient
    let hashes: AuditHash

    init(control: PostgresClient, controlKey: DataKey) {
        self.control = control
        hashes = AuditHash(controlKey)
    }

    /// Enters what the transaction does. The chain is held until it ends, so enter last, and into one chain.
    ///
    /// A tenant's first entry is preceded by `audit.chain_begun` in the control chain, in the same transaction. Without that, a
    /// tenant's whole chain could be deleted, head and all, and nothing that is left would lack anything. It is an entry, not a
    /// number in the control chain's head, so that an auditor who has no key of ours can count the chains too. Whoever holds a
    /// tenant's chain may so come to wait for the control chain; nobody waits the other way round.
    ///
    /// - Parameter commit: ends the transaction in the same round trip.
    func enter(
        _ record: AuditRecord, in chain: AuditChain, _ tx: PostgresTransaction, commit: Bool = false
    ) async throws {
        let found = try await tx.pipeline([
            PostgresQuery(
                "audit.begin-chain",
                """
                INSERT INTO audit_heads (chain, sequence, hash, mac)
                VALUES ($1, 0, $2, '')
                ON CONFLICT (chain) DO NOTHING
                """, [chain.description, AuditHash.origin]),
            PostgresQuery(
                "audit.lock-chain",
                """
                SELECT sequence, hash
                FROM audit_heads
                WHERE chain = $1
                FOR UPDATE
                """, [chain.description]),
        ])[1][0]
        let last = try found.decode("sequence", as: Int.self)
        if last == 0, chain != .control {
            try await enter(AuditRecord(.chainBegun, .init("audit_chain", chain), .system), in: .control, tx)
        }
        let sequence = last + 1
        let previous = try found.decode("hash", as: [UInt8].self)
        let text = AuditHash.text(record, chain: chain, sequence: sequence, at: Date())
        let hash = AuditHash.hash(of: text.utf8, after: previous)
        let entering = [
            PostgresQuery(
                "audit.enter",
                """
                INSERT INTO audit_entries (chain, sequence, previous_hash, hash, entry)
                VALUES ($1, $2, $3, $4, $5)
                """, [chain.description, sequence, previous, hash, text]),
            PostgresQuery(
                "audit.move-head",
                """
                UPDATE audit_heads
                SET sequence = $2, hash = $3, mac = $4, updated_at = now()
                WHERE chain = $1
                """, [chain.description, sequence, hash, hashes.mac(chain, sequence: sequence, hash: hash)]),
        ]
        _ = try await tx.pipeline(entering, commit: commit)
    }

    /// Enters what changed nothing in the control plane: a refused access, a reading of the trail, a change in a region.
    public func enter(_ record: AuditRecord, in chain: AuditChain) async throws {
        try await control.transaction { tx in try await enter(record, in: chain, tx, commit: true) }
    }
}
