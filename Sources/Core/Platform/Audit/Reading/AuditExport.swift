import PluginKit
import Postgres

public import struct Foundation.Date

/// Takes a chain and its seals out, for an auditor who checks them with SHA-256 and `openssl cms -verify` alone.
public struct AuditExport: Sendable {
    let control: PostgresClient
    let audit: AuditTrail

    /// Where the entries begin.
    public struct Beginning: Sendable {
        public var chain: AuditChain
        /// Of the first entry that is written.
        public var sequence: Int
        /// What that entry follows: hash of the one before, zeros for the first of a chain.
        public var previousHash: [UInt8]
    }

    /// Hands out the entries since a moment, and all seals made since; the export is entered first.
    ///
    /// - Parameters:
    ///   - since: nil for all.
    ///   - begin: called once, before the first entry.
    ///   - entry: the exact text of each, in order, without a gap.
    /// - Throws: `.notFound` when the chain has no entry since then.
    public func export(
        _ chain: AuditChain, since: Date?, _ cause: Cause, begin: @Sendable (Beginning) async throws -> Void,
        entry: @Sendable (AuditEntry) async throws -> Void, seal: @Sendable (AuditSeal) async throws -> Void
    ) async throws {
        var after = JSONObject()
        after["since"] = since.map { .string($0.rfc3339) }
        try await audit.enter(
            AuditRecord(.exported, .init("audit_chain", chain), cause, after: .object(after)), in: .control)
        try await control.transaction(isolation: .repeatableRead, readOnly: true, retries: 0) { tx in
            guard let first = try await first(chain, since, tx) else {
                throw PlatformError(
                    .notFound, "The chain has no entry since then.", remedy: "Name another chain or an earlier time.")
            }
            try await begin(
                Beginning(chain: chain, sequence: first.sequence, previousHash: first.previousHash))
            var last = first.sequence - 1
            while true {
                let rows = try await tx.query(
                    PostgresQuery(
                        "audit.export",
                        """
                        SELECT sequence, previous_hash, hash, entry
                        FROM audit_entries
                        WHERE chain = $1 AND sequence > $2
                        ORDER BY sequence
                        LIMIT $3
                        """, [chain.description, last, AuditVerifier.page]))
                for row in rows {
                    let stored = try StoredEntry(row, of: chain)
                    try await entry(AuditEntry(stored))
                    last = stored.sequence
                }
                if rows.count < AuditVerifier.page { break }
            }
            var number = 0
            while true {
                let seals = try await tx.query(SealStore.after(number, limit: 100)).map(AuditSeal.init)
                for one in seals {
                    if since.map({ one.sealedAt >= $0 }) ?? true { try await seal(one) }
                    number = one.number
                }
                if seals.count < 100 { return }
            }
        }
    }

    private func first(_ chain: AuditChain, _ since: Date?, _ tx: PostgresTransaction) async throws -> StoredEntry? {
        try await tx.query(
            PostgresQuery(
                "audit.export-first",
                """
                SELECT sequence, previous_hash, hash, entry
                FROM audit_entries
                WHERE chain = $1 AND ($2::text IS NULL OR occurred_at >= $2)
                ORDER BY sequence
                LIMIT 1
                """, [chain.description, since?.rfc3339])
        ).first.map { try StoredEntry($0, of: chain) }
    }
}
