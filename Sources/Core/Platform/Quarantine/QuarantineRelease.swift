import PluginKit
import Postgres

import struct Foundation.Date

/// The person agreed: what they wrote becomes the tenant's, in the order in which it was written, once.
///
/// Runs as `obhut_worker` in a transaction that holds the person's row. Each message is opened with its own key, sealed with the contact's,
/// and leaves the quarantine in the same transaction: after a crash it is in one of the two places, never in both.
struct QuarantineRelease: Sendable {
    let keys: TenantKeys
    let tx: PostgresTransaction

    /// - Returns: the messages that were released, in order.
    @discardableResult
    func release(_ person: DialoguePerson) async throws -> [MessageID] {
        let tenant = keys.tenant
        guard let contact = try person.open(keys) else { return [] }
        var released: [Released] = []
        for row in try await tx.query(QuarantineStore.waiting(tenant, person.contact, person.channel)) {
            // What cannot be opened stays until its time is over; the others must not wait for it.
            if let message = try? Released(row, contact, keys) { released.append(message) }
        }
        _ = try await tx.pipeline([
            Self.add(tenant, person, released), QuarantineStore.remove(tenant, released.map(\.id)),
            Self.show(tenant, person, released), Self.showReplies(tenant, person),
            Self.showContact(
                tenant, person, name: try released.compactMap(\.name).last.map { try contact.seal(name: $0) }),
        ])
        return released.map(\.id)
    }

    private struct Released {
        let id: MessageID
        let contentSealed: [UInt8]
        let providerIndex: [UInt8]
        let providerIDSealed: [UInt8]
        let type: String
        let opensWindow: Bool
        let occurredAt: Date
        let receivedAt: Date
        let name: String?

        init(_ row: PostgresRow, _ contact: OpenContact, _ keys: TenantKeys) throws {
            id = try row.decode("message_id")
            let said = try QuarantineSeal(message: id, tenant: keys.tenant).open(row, keys)
            contentSealed = try contact.seal(content: said.content, of: id)
            providerIDSealed = try contact.seal(providerID: said.providerID, of: id)
            name = said.name
            providerIndex = try row.decode("provider_index")
            type = try row.decode("type")
            opensWindow = try row.decode("opens_window")
            occurredAt = try row.decode("occurred_at")
            receivedAt = try row.decode("received_at")
        }
    }

    private static func add(_ tenant: TenantID, _ person: DialoguePerson, _ messages: [Released]) -> PostgresQuery {
        PostgresQuery(
            "quarantine.release",
            """
            INSERT INTO messages (tenant_id, message_id, conversation_id, contact_id, channel_id, sealed_for, direction, type, state,
                                  content_sealed, provider_index, provider_id_sealed, occurred_at, created_at)
            SELECT $1, u.message_id, $2, $3, $4, $3, 'inbound', u.type, 'received', u.content_sealed, u.provider_index,
                   u.provider_id_sealed, u.occurred_at, u.received_at
            FROM unnest($5::uuid[], $6::text[], $7::bytea[], $8::bytea[], $9::bytea[], $10::timestamptz[], $11::timestamptz[])
                 AS u (message_id, type, content_sealed, provider_index, provider_id_sealed, occurred_at, received_at)
            ON CONFLICT (tenant_id, provider_index) WHERE provider_index IS NOT NULL DO NOTHING
            """,
            [
                tenant, person.conversation, person.contact, person.channel, messages.map(\.id), messages.map(\.type),
                messages.map(\.contentSealed), messages.map(\.providerIndex), messages.map(\.providerIDSealed),
                messages.map(\.occurredAt), messages.map(\.receivedAt),
            ])
    }

    /// The conversation as it would be had nothing been held back.
    private static func show(_ tenant: TenantID, _ person: DialoguePerson, _ messages: [Released]) -> PostgresQuery {
        PostgresQuery(
            "quarantine.show-conversation",
            """
            UPDATE conversations
            SET hidden = false, last_inbound_at = greatest(last_inbound_at, $3), last_message_at = greatest(last_message_at, $4),
                window_closes_at = greatest(window_closes_at, quarantine_closes_at), quarantine_closes_at = NULL
            WHERE tenant_id = $1 AND conversation_id = $2
            """,
            [
                tenant, person.conversation, messages.filter(\.opensWindow).map(\.occurredAt).max(),
                messages.map(\.occurredAt).max(),
            ])
    }

    private static func showReplies(_ tenant: TenantID, _ person: DialoguePerson) -> PostgresQuery {
        PostgresQuery(
            "quarantine.show-replies",
            "UPDATE messages SET hidden = false WHERE tenant_id = $1 AND conversation_id = $2 AND hidden",
            [tenant, person.conversation])
    }

    private static func showContact(_ tenant: TenantID, _ person: DialoguePerson, name: [UInt8]?) -> PostgresQuery {
        PostgresQuery(
            "quarantine.show-contact",
            """
            UPDATE contacts SET hidden = false, name_sealed = coalesce($3, name_sealed), updated_at = now()
            WHERE tenant_id = $1 AND contact_id = $2 AND (hidden OR $3::bytea IS NOT NULL)
            """, [tenant, person.contact, name])
    }
}
