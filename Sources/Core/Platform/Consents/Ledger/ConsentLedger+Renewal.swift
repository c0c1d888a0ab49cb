import PluginKit
import Postgres

import struct Foundation.Date

/// Consents to terms that were renewed since: what was agreed to no longer holds (EDPB Guidelines 05/2020, 110).
extension ConsentLedger {
    /// Writes down of a person whom the transaction holds which consents were superseded, before anything else is recorded of them: what is
    /// agreed to anew then begins a consent, and is not weighed against one that no longer holds.
    /// - Returns: how many.
    @discardableResult
    static func supersede(
        _ keys: TenantKeys, contact: ContactID, channel: ChannelID, _ tx: PostgresTransaction
    ) async throws -> Int {
        let events = try await superseded(keys.tenant, [contact], channel, tx)
        for event in events {
            _ = try await tx.query(record(keys, event, channel))
            _ = try await deriveAndStore(
                keys.tenant, contact: contact, channel: channel, purpose: event.draft.purpose, tx)
        }
        return events.count
    }

    /// The events that say of people whom the transaction holds that their consents were superseded, and that nobody wrote down yet.
    static func superseded(
        _ tenant: TenantID, _ contacts: [ContactID], _ channel: ChannelID, _ tx: PostgresTransaction
    ) async throws -> [NewEvent] {
        let rows = try await tx.query(
            PostgresQuery(
                "consents.superseded",
                """
                SELECT contact_id, purpose, renewed_at
                FROM effective_consents
                WHERE tenant_id = $1 AND contact_id = ANY ($2) AND channel_id = $3 AND renewed_at IS NOT NULL
                ORDER BY contact_id, purpose
                """, [tenant, contacts, channel]))
        return try rows.map { row in
            NewEvent(
                id: .generate(), contact: try row.decode("contact_id"),
                draft: ConsentEventDraft(
                    kind: .superseded, purpose: try row.decode("purpose"), occurredAt: try row.decode("renewed_at"),
                    evidence: ["method": "terms_renewed"]))
        }
    }

    static func record(_ keys: TenantKeys, _ event: NewEvent, _ channel: ChannelID) throws -> PostgresQuery {
        try record(
            keys, event.id, contact: event.contact, channel: channel, source: ownSource, setup: nil, event.draft,
            by: nil)
    }
}
