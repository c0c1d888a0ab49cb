import PluginKit
import Postgres

import struct Foundation.Date

/// The SQL of consents: facts that are only added, and the state that follows from them.
enum ConsentLedger {
    /// The purpose of a withdrawal that ends every consent of a person on a channel, those to be learnt of later too.
    static let everyPurpose = "all"

    /// Adds a fact and derives the state anew, holding the contact until commit: two facts about one person must each be derived from both.
    /// - Parameter releases: whether what is in quarantine follows the fact by itself; false for a dialogue, which sees to that.
    /// - Returns: the contact that the fact is about today, and the state that follows.
    static func add(
        _ keys: TenantKeys, _ id: ConsentEventID, contact named: ContactID, channel: ChannelID, source: String,
        _ draft: ConsentEventDraft, by caller: APIKeyID?, releases: Bool = true, _ tx: PostgresTransaction
    ) async throws -> (contact: ContactID, standing: ConsentStanding) {
        let contact = try await ContactStore.lock(keys.tenant, named, tx)
        _ = try await tx.query(record(keys, id, contact: contact, channel: channel, source: source, draft, by: caller))
        let standing = try await derive(keys.tenant, contact: contact, channel: channel, purpose: draft.purpose, tx)
        _ = try await tx.query(store(keys.tenant, contact: contact, channel: channel, purpose: draft.purpose, standing))
        if releases {
            try await AdmissionChange(tenant: keys.tenant, contact: contact, channel: channel, tx: tx).follow(draft, standing)
        }
        return (contact, standing)
    }

    /// A person stopped a purpose at the messenger itself (GDPR Art. 7(3): in whatever way they say it).
    static func addWithdrawal(
        _ keys: TenantKeys, contact: ContactID, channel: ChannelID, purpose: String, source: String, at time: Date,
        _ tx: PostgresTransaction
    ) async throws {
        let draft = ConsentEventDraft(
            kind: .withdrawn, purpose: purpose, occurredAt: time, evidence: ["method": "stopped_at_messenger"])
        _ = try await add(keys, .generate(), contact: contact, channel: channel, source: source, draft, by: nil, tx)
    }

    private static func record(
        _ keys: TenantKeys, _ id: ConsentEventID, contact: ContactID, channel: ChannelID, source: String,
        _ draft: ConsentEventDraft,
        by caller: APIKeyID?
    ) throws -> PostgresQuery {
        let sealed = try keys.data.seal(
            draft.evidence.encoded(),
            SealContext(table: "consent_events", column: "evidence_sealed", row: id, tenant: keys.tenant))
        return PostgresQuery(
            "consents.record",
            """
            INSERT INTO consent_events (tenant_id, consent_event_id, contact_id, channel_id, purpose, kind, source, evidence_sealed,
                                        occurred_at, expires_at, recorded_by)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """,
            [
                keys.tenant, id, contact, channel, draft.purpose, draft.kind, source, sealed, draft.occurredAt,
                draft.expiresAt, caller,
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
                kind: try row.decode("kind"), occurredAt: try row.decode("occurred_at"),
                recordedAt: try row.decode("recorded_at"),
                expiresAt: try row.decode("expires_at"))
        }
        // The database's clock dates the records; one that is ahead of ours must not make them things of the future.
        let now = facts.map(\.recordedAt).reduce(Date(), max)
        return ConsentState.derive(from: facts, at: now)
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
