import PluginKit
import Postgres

/// Checks the trail: reads every entry, in pages, and everything there is to compare it with.
///
/// All of it is read in one snapshot, so that what is entered meanwhile neither disturbs nor is disturbed. What it holds in memory
/// is a page of entries, one number a chain, and what seals say.
public struct AuditVerifier: Sendable {
    let control: PostgresClient
    let hashes: AuditHash

    /// Entries that are read at once.
    static let page = 2000

    /// A seal that somebody wrote down elsewhere.
    public struct KnownSeal: Sendable, Hashable {
        public var number: Int
        public var sha256: [UInt8]

        public init(number: Int, sha256: [UInt8]) {
            self.number = number
            self.sha256 = sha256
        }
    }

    /// Checks all chains and seals, or one chain.
    ///
    /// - Parameters:
    ///   - chain: nil for everything. Seals are compared with one chain as well; that they are whole themselves is checked with the
    ///     control chain, which knows of each.
    ///   - known: seals that must be there as they were: what was written down outside no database can be made to forget.
    public func verify(_ chain: AuditChain? = nil, known: [KnownSeal] = []) async throws -> AuditVerification {
        try await control.transaction(isolation: .repeatableRead, readOnly: true) { tx in
            let seals = try await SealCheck.read(tx)
            let heads = try await heads(tx)
            var announced = Announced()
            var chains: [ChainVerification] = []
            var findings = seals.findings(known: known)
            // The control chain first: it tells which others there must be.
            if chain == nil || chain == .control {
                chains.append(
                    try await check(.control, heads[.control], seals, tx) { entry in try announced.note(entry) })
                findings += seals.findings(announced: announced.seals)
            } else if let chain {
                announced.chains = try await isAnnounced(chain, tx) ? [chain] : []
            }
            var wanted = Set(chain.map { [$0] } ?? [])
            if chain == nil {
                wanted = try await chainsWithEntries(tx).union(heads.keys).union(announced.chains)
                    .union(seals.heads.map(\.chain))
            }
            for chain in wanted.subtracting([.control]).sorted(by: { $0.description < $1.description }) {
                var result = try await check(chain, heads[chain], seals, tx) { _ in }
                let isBegun = announced.chains.contains(chain)
                if heads[chain] == nil, result.entries == 0 {
                    let isSealed = seals.heads.contains { $0.chain == chain }
                    result.findings = isBegun || isSealed ? [AuditFinding(.chainMissing, chain)] : []
                } else if !isBegun {
                    result.findings.append(AuditFinding(.chainUnannounced, chain))
                }
                chains.append(result)
            }
            return AuditVerification(chains: chains, seals: seals.count, findings: findings)
        }
    }

    /// What the control chain says there must be.
    private struct Announced {
        var chains: Set<AuditChain> = []
        var seals: [Int: SealNote] = [:]

        mutating func note(_ entry: StoredEntry) throws {
            switch entry.action {
            case AuditRecord.OwnAction.chainBegun.rawValue:
                let json = try? JSON(parsing: entry.text)
                if let chain = json?["subject"]?["id"]?.string.flatMap({ AuditChain($0) }) { chains.insert(chain) }
            case AuditRecord.OwnAction.sealed.rawValue:
                if let note = SealNote(entry) { seals[note.number] = note }
            default: break
            }
        }
    }

    private func check(
        _ chain: AuditChain, _ head: StoredHead?, _ seals: SealCheck, _ tx: PostgresTransaction,
        _ each: (StoredEntry) throws -> Void
    ) async throws -> ChainVerification {
        var check = ChainCheck(chain, hashes, sealed: seals.heads)
        var last = Int.min
        while true {
            let rows = try await tx.query(
                PostgresQuery(
                    "audit.verify",
                    """
                    SELECT sequence, previous_hash, hash, entry
                    FROM audit_entries
                    WHERE chain = $1 AND sequence > $2
                    ORDER BY sequence
                    LIMIT $3
                    """, [chain.description, last, Self.page]))
            for row in rows {
                let entry = try StoredEntry(row, of: chain)
                check.take(entry)
                try each(entry)
                last = entry.sequence
            }
            if rows.count < Self.page { return check.finished(head: head) }
            try Task.checkCancellation()
        }
    }

    private func heads(_ tx: PostgresTransaction) async throws -> [AuditChain: StoredHead] {
        let rows = try await tx.query(
            PostgresQuery("audit.heads", "SELECT chain, sequence, hash, mac FROM audit_heads ORDER BY chain"))
        return try rows.reduce(into: [:]) { heads, row in
            guard let chain = AuditChain(try row.decode("chain", as: String.self)) else { return }
            heads[chain] = StoredHead(
                chain: chain, sequence: try row.decode("sequence"), hash: try row.decode("hash"),
                mac: try row.decode("mac"))
        }
    }

    /// Chains of which entries are left, whether or not they have a head: one look at the index a chain.
    private func chainsWithEntries(_ tx: PostgresTransaction) async throws -> Set<AuditChain> {
        let rows = try await tx.query(
            PostgresQuery(
                "audit.chains-with-entries",
                """
                WITH RECURSIVE found (chain) AS (
                    (SELECT chain FROM audit_entries ORDER BY chain LIMIT 1)
                    UNION ALL
                    SELECT (SELECT e.chain FROM audit_entries e WHERE e.chain > f.chain ORDER BY e.chain LIMIT 1)
                    FROM found f
                    WHERE f.chain IS NOT NULL
                )
                SELECT chain FROM found WHERE chain IS NOT NULL
                """))
        return Set(try rows.compactMap { AuditChain(try $0.decode("chain", as: String.self)) })
    }

    private func isAnnounced(_ chain: AuditChain, _ tx: PostgresTransaction) async throws -> Bool {
        let rows = try await tx.query(
            PostgresQuery(
                "audit.announcement",
                """
                SELECT 1 FROM audit_entries WHERE chain = 'control' AND subject_id = $1 AND action = $2 LIMIT 1
                """, [chain.description, AuditRecord.OwnAction.chainBegun.rawValue]))
        return !rows.isEmpty
    }
}
