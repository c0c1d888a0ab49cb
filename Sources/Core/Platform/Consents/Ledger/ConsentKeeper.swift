import PluginKit
import Postgres

import struct Foundation.Date

/// Does to consents what time and the tenant's terms do: writes down that one has ended by itself or was superseded, and destroys evidence
/// that has served its time.
struct ConsentKeeper: Sendable {
    static let portion = 500

    let shard: Shard

    /// Every tenant of the shard but those that are being moved, one after the other.
    func keep() async throws {
        let tenants = try await shard.worker.query(
            PostgresQuery(
                "consents.kept-tenants",
                """
                SELECT c.tenant_id
                FROM consent_chains c
                WHERE NOT EXISTS (SELECT FROM tenant_standing s WHERE s.tenant_id = c.tenant_id AND s.movement IS NOT NULL)
                ORDER BY c.tenant_id
                """))
        for row in tenants {
            let tenant = try row.decode("tenant_id", as: TenantID.self)
            try await deriveAnew(tenant)
            // First what the terms ended, which the time would have later.
            try await noteSuperseded(tenant)
            try await noteExpired(tenant)
            while try await destroyEvidence(tenant) == Self.portion {}
            try Task.checkCancellation()
        }
    }

    // MARK: - Expiry

    /// The gate needs no such event, as it looks at the time itself; whoever reads the history does.
    /// - Returns: how many were written.
    @discardableResult
    func noteExpired(_ tenant: TenantID) async throws -> Int {
        var count = 0
        var after: (ContactID, ChannelID, String)?
        while true {
            let ended = try await shard.worker.transactionBatch(
                settings: asTenant(tenant), [Self.ended(tenant, after: after)])[0]
            for row in ended {
                let contact = try row.decode("contact_id", as: ContactID.self)
                let (channel, purpose) = (
                    try row.decode("channel_id", as: ChannelID.self), try row.decode("purpose", as: String.self)
                )
                if try await noteExpired(tenant, contact, channel, purpose) { count += 1 }
                after = (contact, channel, purpose)
            }
            if ended.count < Self.portion { return count }
        }
    }

    /// - Parameter after: the last that was looked at: none is looked at twice, whatever came of it.
    private static func ended(_ tenant: TenantID, after: (ContactID, ChannelID, String)?) -> PostgresQuery {
        PostgresQuery(
            "consents.ended",
            """
            SELECT c.contact_id, c.channel_id, c.purpose
            FROM consents c
            JOIN contacts named ON named.tenant_id = c.tenant_id AND named.contact_id = c.contact_id
            WHERE c.tenant_id = $1 AND c.state IN ('granted', 'confirmed') AND c.expires_at <= now() AND named.merged_into IS NULL
              AND ($3::uuid IS NULL OR (c.contact_id, c.channel_id, c.purpose) > ($3, $4, $5))
            ORDER BY c.contact_id, c.channel_id, c.purpose
            LIMIT $2
            """, [tenant, portion, after?.0, after?.1, after?.2])
    }

    /// Looks again while the contact is held: the person may have agreed anew at this moment.
    private func noteExpired(
        _ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID, _ purpose: String
    ) async throws -> Bool {
        let keys = try await shard.keys.keys(of: tenant)
        return try await shard.worker.transaction(settings: asTenant(tenant)) { tx in
            let contact = try await ContactStore.lock(tenant, contact, tx)
            let standing = try await ConsentLedger.derive(
                tenant, contact: contact, channel: channel, purpose: purpose, tx)
            guard standing.state == .expired, let ended = standing.expiresAt,
                try await !isNoted(tenant, contact, channel, purpose, at: ended, tx)
            else {
                _ = try await tx.query(
                    ConsentLedger.store(tenant, contact: contact, channel: channel, purpose: purpose, standing))
                return false
            }
            let draft = ConsentEventDraft(
                kind: .expired, purpose: purpose, occurredAt: ended, evidence: ["method": "term_over"])
            _ = try await ConsentLedger.addHeld(
                keys, .generate(), contact: contact, channel: channel, source: ConsentLedger.ownSource, draft, by: nil,
                tx)
            return true
        }
    }

    /// Whether the end stands in the history already: another process was quicker.
    private func isNoted(
        _ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID, _ purpose: String, at end: Date,
        _ tx: PostgresTransaction
    ) async throws -> Bool {
        let rows = try await tx.query(
            PostgresQuery(
                "consents.noted-end",
                """
                SELECT FROM consent_events e
                JOIN contacts c ON c.tenant_id = e.tenant_id AND c.contact_id = e.contact_id
                WHERE e.tenant_id = $1 AND (e.contact_id = $2 OR c.merged_into = $2) AND e.channel_id = $3 AND e.purpose = $4
                  AND e.kind = 'expired' AND e.occurred_at = $5
                LIMIT 1
                """, [tenant, contact, channel, purpose, end]))
        return !rows.isEmpty
    }

    // MARK: - Evidence

    /// Destroys evidence of consents that have ended. It goes when its own time is over, that of every later event about the same consent,
    /// and as many years after the last message that the consent let through (UWG § 7a: after each use).
    /// - Returns: of how many events.
    func destroyEvidence(_ tenant: TenantID) async throws -> Int {
        try await shard.worker.transactionBatch(
            settings: asTenant(tenant),
            [
                PostgresQuery(
                    "consents.destroy-evidence",
                    """
                    WITH due AS MATERIALIZED (
                        SELECT e.tenant_id, e.consent_event_id
                        FROM consent_events e
                        JOIN contacts named ON named.tenant_id = e.tenant_id AND named.contact_id = e.contact_id
                        WHERE e.tenant_id = $1 AND e.evidence_sealed IS NOT NULL AND e.evidence_until <= now()
                          AND NOT EXISTS (
                              SELECT FROM consents c
                              WHERE c.tenant_id = $1 AND c.contact_id = coalesce(named.merged_into, named.contact_id)
                                AND c.channel_id = e.channel_id AND c.purpose = e.purpose
                                AND c.state IN ('granted', 'confirmed') AND (c.expires_at IS NULL OR c.expires_at > now()))
                          AND NOT EXISTS (
                              SELECT FROM contacts same
                              JOIN consent_events later ON later.tenant_id = same.tenant_id AND later.contact_id = same.contact_id
                              WHERE same.tenant_id = $1 AND coalesce(named.merged_into, named.contact_id) IN (same.contact_id, same.merged_into)
                                AND later.channel_id = e.channel_id
                                AND later.purpose IN (e.purpose, 'all') AND later.evidence_until > now())
                          AND NOT EXISTS (
                              SELECT FROM conversations v
                              JOIN messages m ON m.tenant_id = v.tenant_id AND m.conversation_id = v.conversation_id
                              WHERE v.tenant_id = $1 AND v.contact_id = coalesce(named.merged_into, named.contact_id)
                                AND v.channel_id = e.channel_id AND m.direction = 'outbound' AND m.purpose = e.purpose
                                AND m.state IN ('sent', 'delivered', 'read') AND m.occurred_at > now() - \(ConsentLedger.evidenceYears) * interval '1 year')
                        ORDER BY e.evidence_until
                        LIMIT $2
                    )
                    UPDATE consent_events e
                    SET evidence_sealed = NULL
                    FROM due
                    WHERE e.tenant_id = $1 AND e.consent_event_id = due.consent_event_id
                    """, [tenant, Self.portion])
            ])[0].affectedRows
    }
}
