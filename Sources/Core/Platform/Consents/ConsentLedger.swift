import PluginKit
import Postgres
import struct Foundation.Date

/// The SQL of consents: facts that are only added, and the state that follows from them.
enum ConsentLedger {
    static func record(
        _ keys: TenantKeys, _ id: ConsentEventID, contact: ContactID, channel: ChannelID, source: String, _ draft: ConsentEventDraft,
        by caller: APIKeyID?
    ) throws -> PostgresQuery {
        let sealed = try keys.data.seal(
            draft.evidence.encoded(), SealContext(table: "consent_events", column: "evidence_sealed", row: id, tenant: keys.tenant))
        return PostgresQuery(
            "consents.record",
            """
            INSERT INTO consent_events (tenant_id, consent_event_id, contact_id, channel_id, purpose, kind, source, evidence_sealed,
                                        occurred_at, expires_at, recorded_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            [
                keys.tenant, id, contact, channel, draft.purpose, draft.kind, source, sealed, draft.occurredAt, draft.expiresAt, caller,
            ])
    }

    /// Derives one consent from all facts about the person, also those of contacts that were merged into this one.
    static func derive(
        _ tenant: TenantID, contact: ContactID, channel: ChannelID, purpose: String, _ tx: PostgresTransaction
    ) async throws -> ConsentStanding {
        let rows = try await tx.query(
            PostgresQuery(
                "consents.facts",
                """
                SELECT e.kind, e.occurred_at, e.recorded_at, e.expires_at
                FROM consent_events e
                JOIN contacts c ON c.tenant_id = e.tenant_id AND c.contact_id = e.contact_id
                WHERE e.tenant_id = $1 AND (e.contact_id = $2 OR c.merged_into = $2) AND e.channel_id = $3 AND e.purpose = $4
                """, [tenant, contact, channel, purpose]))
        let facts = try rows.map { row in
            ConsentFact(
                kind: try row.decode("kind"), occurredAt: try row.decode("occurred_at"), recordedAt: try row.decode("recorded_at"),
                expiresAt: try row.decode("expires_at"))
        }
        return ConsentState.derive(from: facts, at: Date())
    }

    static func store(
        _ tenant: TenantID, contact: ContactID, channel: ChannelID, purpose: String, _ standing: ConsentStanding
    ) -> PostgresQuery {
        PostgresQuery(
            "consents.store",
            """
            INSERT INTO consents (tenant_id, contact_id, channel_id, purpose, state, since, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (tenant_id, contact_id, channel_id, purpose) DO UPDATE
            SET state = excluded.state, since = excluded.since, expires_at = excluded.expires_at
            """, [tenant, contact, channel, purpose, standing.state, standing.since, standing.expiresAt])
    }

    /// Derives every consent of a contact again, after contacts were merged.
    static func deriveAgain(_ tenant: TenantID, contact: ContactID, _ tx: PostgresTransaction) async throws {
        let rows = try await tx.query(
            PostgresQuery(
                "consents.subjects",
                """
                SELECT DISTINCT e.channel_id, e.purpose
                FROM consent_events e
                JOIN contacts c ON c.tenant_id = e.tenant_id AND c.contact_id = e.contact_id
                WHERE e.tenant_id = $1 AND (e.contact_id = $2 OR c.merged_into = $2)
                """, [tenant, contact]))
        for row in rows {
            let channel = try row.decode("channel_id", as: ChannelID.self)
            let purpose = try row.decode("purpose", as: String.self)
            let standing = try await derive(tenant, contact: contact, channel: channel, purpose: purpose, tx)
            _ = try await tx.query(store(tenant, contact: contact, channel: channel, purpose: purpose, standing))
        }
    }
}
