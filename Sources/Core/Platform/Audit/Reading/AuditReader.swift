import PluginKit
import Postgres

/// Reads the trail for people. Every reading is entered into the control chain first, by one entry a request: who watches is watched.
/// Reading the control chain shows the entry of that reading, and no more.
public struct AuditReader: Sendable {
    let control: PostgresClient
    let audit: AuditTrail

    public func entries(
        _ chain: AuditChain, _ filter: AuditFilter, _ page: PageRequest, _ cause: Cause
    ) async throws -> Page<AuditEntry> {
        let position = try page.parts(1).map { parts in
            guard let number = Int(parts[0]) else { throw PageRequest.badCursor }
            return number
        }
        try await enter("entries", chain, cause, filter.json)
        let order = filter.isOldestFirst ? Self.oldestFirst : Self.newestFirst
        let rows = try await control.query(
            PostgresQuery(
                order.name, order.sql,
                [
                    chain.description, position, filter.action, filter.principal, filter.subject,
                    filter.outcome?.rawValue, filter.since, filter.until, page.limit + 1,
                ]))
        return page.cut(try rows.map { AuditEntry(try StoredEntry($0, of: chain)) }) { [String($0.sequence)] }
    }

    private static let newestFirst = (
        name: "audit.entries-newest-first",
        sql: """
        SELECT sequence, previous_hash, hash, entry
        FROM audit_entries
        WHERE chain = $1 AND ($2::bigint IS NULL OR sequence < $2) AND ($3::text IS NULL OR action = $3)
          AND ($4::text IS NULL OR principal_id = $4) AND ($5::text IS NULL OR subject_id = $5)
          AND ($6::text IS NULL OR outcome = $6) AND ($7::text IS NULL OR occurred_at >= $7)
          AND ($8::text IS NULL OR occurred_at < $8)
        ORDER BY sequence DESC
        LIMIT $9
        """
    )
    private static let oldestFirst = (
        name: "audit.entries-oldest-first",
        sql: """
        SELECT sequence, previous_hash, hash, entry
        FROM audit_entries
        WHERE chain = $1 AND ($2::bigint IS NULL OR sequence > $2) AND ($3::text IS NULL OR action = $3)
          AND ($4::text IS NULL OR principal_id = $4) AND ($5::text IS NULL OR subject_id = $5)
          AND ($6::text IS NULL OR outcome = $6) AND ($7::text IS NULL OR occurred_at >= $7)
          AND ($8::text IS NULL OR occurred_at < $8)
        ORDER BY sequence
        LIMIT $9
        """
    )

    /// One entry, with its texts.
    /// - Throws: `.notFound`.
    public func entry(_ number: Int, of chain: AuditChain, _ cause: Cause) async throws -> AuditEntry {
        try await enter("entry", chain, cause, ["sequence": .number(String(number))])
        let rows = try await control.query(
            PostgresQuery(
                "audit.entry",
                """
                SELECT sequence, previous_hash, hash, entry
                FROM audit_entries
                WHERE chain = $1 AND sequence = $2
                """, [chain.description, number]))
        guard let row = rows.first else { throw PlatformError.notFound("audit entry") }
        return AuditEntry(try StoredEntry(row, of: chain))
    }

    /// The control chain among them; by name.
    public func chains(_ page: PageRequest, _ cause: Cause) async throws -> Page<AuditChainSummary> {
        let after = try page.parts(1)?[0]
        try await enter("chains", nil, cause)
        let rows = try await control.query(
            PostgresQuery(
                "audit.chains",
                """
                SELECT chain, sequence, hash, updated_at
                FROM audit_heads
                WHERE $1::text IS NULL OR chain > $1
                ORDER BY chain
                LIMIT $2
                """, [after, page.limit + 1]))
        let chains = try rows.compactMap { row -> AuditChainSummary? in
            guard let chain = AuditChain(try row.decode("chain", as: String.self)) else { return nil }
            return AuditChainSummary(
                chain: chain, sequence: try row.decode("sequence"), hash: try row.decode("hash"),
                updatedAt: try row.decode("updated_at"))
        }
        return page.cut(chains) { [$0.chain.description] }
    }

    /// Newest first.
    public func seals(_ seals: AuditSeals, _ page: PageRequest, _ cause: Cause) async throws -> Page<AuditSeal> {
        try await enter("seals", nil, cause)
        return try await seals.list(page)
    }

    /// Checks one chain, for whoever asked.
    /// - Throws: `.notFound` for a chain that was never begun.
    public func verification(
        _ verifier: AuditVerifier, of chain: AuditChain, _ cause: Cause
    ) async throws -> AuditVerification {
        try await enter("verification", chain, cause)
        let result = try await verifier.verify(chain)
        if result.chains.first?.entries == 0, result.isWhole { throw PlatformError.notFound("audit chain") }
        return result
    }

    private func enter(_ what: String, _ chain: AuditChain?, _ cause: Cause, _ filter: JSON? = nil) async throws {
        var after = JSONObject([("what", .string(what))])
        after["filter"] = filter
        try await audit.enter(
            AuditRecord(
                .read, .init(chain == nil ? "audit_trail" : "audit_chain", chain?.description ?? "all"), cause,
                after: .object(after)), in: .control)
    }
}
