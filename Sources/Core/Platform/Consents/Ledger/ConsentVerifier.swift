import PluginKit
import Postgres

/// What checking one tenant's consents brought.
public struct ConsentVerification: Sendable {
    public var tenant: TenantID
    public var events: Int
    public var findings: [ConsentFinding]
    /// Findings beyond those that are listed.
    public var further: Int

    public var isWhole: Bool { findings.isEmpty }
}

/// Checks tenants' consent chains: each event, the head, the heads that their audit chains name, and the state that the gate goes by.
public struct ConsentVerifier: Sendable {
    private static let page = 2000

    let control: PostgresClient
    let directory: RegionDirectory

    /// Every tenant whose region this process has, or one.
    /// - Throws: `.unavailable` for a tenant whose region is none of them.
    public func verify(_ tenant: TenantID? = nil) async throws -> [ConsentVerification] {
        var results: [ConsentVerification] = []
        for (tenant, shard) in try await tenants(tenant) {
            results.append(try await verify(tenant, on: shard))
        }
        return results
    }

    private func tenants(_ only: TenantID?) async throws -> [(TenantID, Shard)] {
        let rows = try await control.query(
            PostgresQuery(
                "consents.verified-tenants",
                """
                SELECT tenant_id, shard_id FROM tenants
                WHERE ($1::uuid IS NULL OR tenant_id = $1) AND ($1::uuid IS NOT NULL OR shard_id = ANY ($2)) AND state <> 'erased'
                ORDER BY tenant_id
                """, [only, directory.shards.keys.map(\.rawValue)]))
        if let only, rows.isEmpty { throw PlatformError.notFound("tenant \(only)") }
        return try rows.map { (try $0.decode("tenant_id"), try directory.shard(try $0.decode("shard_id"))) }
    }

    /// From one snapshot, so that what is recorded meanwhile is no finding. The audit chain is read before it: what is entered there was
    /// in the region already.
    private func verify(_ tenant: TenantID, on shard: Shard) async throws -> ConsentVerification {
        let noted = try await ConsentHeadStore.noted(tenant, control)
        return try await shard.app.transaction(
            settings: asTenant(tenant), isolation: .repeatableRead, readOnly: true
        ) { tx in
            var check = ConsentChainCheck(noted: noted)
            var last = 0
            while true {
                let rows = try await tx.query(ConsentChainEntry.page(tenant, after: last, limit: Self.page))
                for row in rows {
                    let entry = try ConsentChainEntry(row)
                    check.take(entry)
                    last = entry.sequence
                }
                if rows.count < Self.page { break }
                try Task.checkCancellation()
            }
            let head = try await tx.query(ConsentHeadStore.head(tenant)).first.map { row in
                ConsentHead(length: try row.decode("length"), hash: try row.decode("head"))
            }
            check.finish(head)
            try await checkStates(tenant, &check, tx)
            return ConsentVerification(
                tenant: tenant, events: check.events, findings: check.findings, further: check.further)
        }
    }

    /// The gate reads what is kept, not the events: somebody who may write there could make a consent out of nothing.
    private func checkStates(
        _ tenant: TenantID, _ check: inout ConsentChainCheck, _ tx: PostgresTransaction
    ) async throws {
        var after: (ContactID, ChannelID, String)?
        while true {
            let rows = try await tx.query(
                PostgresQuery(
                    "consents.states",
                    """
                    SELECT contact_id, channel_id, purpose, state, since, agreed_at, expires_at, proof, is_explicit, age_confirmed
                    FROM consents
                    WHERE tenant_id = $1 AND state IN ('granted', 'confirmed')
                      AND ($2::uuid IS NULL OR (contact_id, channel_id, purpose) > ($2, $3, $4))
                    ORDER BY contact_id, channel_id, purpose
                    LIMIT 500
                    """, [tenant, after?.0, after?.1, after?.2]))
            for row in rows {
                let contact = try row.decode("contact_id", as: ContactID.self)
                let channel = try row.decode("channel_id", as: ChannelID.self)
                let purpose = try row.decode("purpose", as: String.self)
                let kept = try ConsentStanding(row, agreedAt: row.decode("agreed_at"))
                let derived = try await ConsentLedger.derive(
                    tenant, contact: contact, channel: channel, purpose: purpose, tx)
                // One whose time ended since it was kept is as good as ended already.
                if kept != derived, !(derived.state == .expired && kept.expiresAt == derived.expiresAt) {
                    check.note(.stateDiffers, nil)
                }
                after = (contact, channel, purpose)
            }
            if rows.count < 500 { return }
        }
    }
}
