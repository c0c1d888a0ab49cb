import PluginKit
import Postgres

import struct Foundation.UUID

/// The SQL of reading, and how its rows become what the tenant sees.
enum ReadingStore {
    static func contacts(_ tenant: TenantID, after: UUID?, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "reading.contacts",
            """
            SELECT contact_id, key_id, key_sealed, name_sealed, created_at, erased_at
            FROM contacts
            WHERE tenant_id = $1 AND merged_into IS NULL AND NOT hidden AND ($2::uuid IS NULL OR contact_id > $2)
            ORDER BY contact_id
            LIMIT $3
            """, [tenant, after, limit])
    }

    static func contact(_ tenant: TenantID, _ id: ContactID) -> PostgresQuery {
        PostgresQuery(
            "reading.contact",
            """
            SELECT c.contact_id, c.key_id, c.key_sealed, c.name_sealed, c.created_at, c.erased_at
            FROM contacts named
            JOIN contacts c ON c.tenant_id = named.tenant_id AND c.contact_id = coalesce(named.merged_into, named.contact_id)
            WHERE named.tenant_id = $1 AND named.contact_id = $2 AND NOT c.hidden
            """, [tenant, id])
    }

    static func addresses(_ tenant: TenantID, _ contacts: [ContactID]) -> PostgresQuery {
        PostgresQuery(
            "reading.addresses",
            """
            SELECT i.contact_id, i.identity_id, i.plugin, i.kind, i.address_sealed, i.retired_at, i.sealed_for, c.key_id, c.key_sealed
            FROM identities i
            JOIN contacts c ON c.tenant_id = i.tenant_id AND c.contact_id = i.sealed_for
            WHERE i.tenant_id = $1 AND i.contact_id = ANY ($2) AND c.key_sealed IS NOT NULL
            ORDER BY i.identity_id
            """, [tenant, contacts])
    }

    static func conversations(_ tenant: TenantID, _ id: ConversationID?, after: UUID?, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "reading.conversations",
            """
            SELECT conversation_id, contact_id, channel_id, last_inbound_at, window_closes_at, last_message_at
            FROM conversations
            WHERE tenant_id = $1 AND NOT hidden
              AND ($2::uuid IS NULL OR conversation_id = $2) AND ($3::uuid IS NULL OR conversation_id > $3)
            ORDER BY conversation_id
            LIMIT $4
            """, [tenant, id, after, limit])
    }

    static func conversation(_ row: PostgresRow) throws -> ConversationView {
        ConversationView(
            id: try row.decode("conversation_id"), contact: try row.decode("contact_id"),
            channel: try row.decode("channel_id"),
            lastInboundAt: try row.decode("last_inbound_at"), windowClosesAt: try row.decode("window_closes_at"),
            lastMessageAt: try row.decode("last_message_at"))
    }

    static func messages(
        _ tenant: TenantID, _ conversation: ConversationID?, _ direction: MessageDirection?, _ state: String?,
        before: UUID?,
        limit: Int
    ) -> PostgresQuery {
        PostgresQuery(
            "reading.messages",
            """
            SELECT m.message_id, m.conversation_id, m.contact_id, m.channel_id, m.sealed_for, m.direction, m.state, m.purpose,
                   m.content_sealed, m.provider_id_sealed, m.occurred_at, m.created_at, m.fault_code, m.fault_message,
                   m.fault_remedy, m.special_category, c.key_id, c.key_sealed
            FROM messages m
            JOIN contacts c ON c.tenant_id = m.tenant_id AND c.contact_id = m.sealed_for
            WHERE m.tenant_id = $1 AND c.key_sealed IS NOT NULL AND NOT m.hidden
              AND ($2::uuid IS NULL OR m.conversation_id = $2) AND ($3::text IS NULL OR m.direction = $3)
              AND ($4::text IS NULL OR m.state = $4) AND ($5::uuid IS NULL OR m.message_id < $5)
            ORDER BY m.message_id DESC
            LIMIT $6
            """, [tenant, conversation, direction?.rawValue, state, before, limit])
    }

    static func message(_ tenant: TenantID, _ id: MessageID) -> PostgresQuery {
        PostgresQuery(
            "reading.message",
            """
            SELECT m.message_id, m.conversation_id, m.contact_id, m.channel_id, m.sealed_for, m.direction, m.state, m.purpose,
                   m.content_sealed, m.provider_id_sealed, m.occurred_at, m.created_at, m.fault_code, m.fault_message,
                   m.fault_remedy, m.special_category, c.key_id, c.key_sealed
            FROM messages m
            JOIN contacts c ON c.tenant_id = m.tenant_id AND c.contact_id = m.sealed_for
            WHERE m.tenant_id = $1 AND m.message_id = $2 AND c.key_sealed IS NOT NULL AND NOT m.hidden
            """, [tenant, id])
    }

    static func message(_ row: PostgresRow, _ keys: TenantKeys) throws -> MessageView {
        let id = try row.decode("message_id", as: MessageID.self)
        let contact = try OpenContact(
            id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: row.decode("key_sealed"), keys: keys)
        let fault = try row.decode("fault_code", as: String?.self).map { code in
            ChannelFault(
                code: code, message: try row.decode("fault_message", as: String?.self) ?? "",
                remedy: try row.decode("fault_remedy"))
        }
        return MessageView(
            id: id, conversation: try row.decode("conversation_id"), contact: try row.decode("contact_id"),
            channel: try row.decode("channel_id"), direction: try row.decode("direction"),
            state: try row.decode("state"),
            purpose: try row.decode("purpose"), isSpecialCategory: try row.decode("special_category"),
            content: try contact.open(content: row.decode("content_sealed"), of: id),
            providerID: try row.decode("provider_id_sealed", as: [UInt8]?.self).map {
                Personal(try contact.open(providerID: $0, of: id))
            },
            occurredAt: try row.decode("occurred_at"), createdAt: try row.decode("created_at"), fault: fault)
    }

    static func stages(_ tenant: TenantID, _ id: MessageID) -> PostgresQuery {
        PostgresQuery(
            "reading.stages",
            """
            SELECT stage, occurred_at
            FROM message_statuses
            WHERE tenant_id = $1 AND message_id = $2
            ORDER BY occurred_at, received_at
            """, [tenant, id])
    }

    static func events(_ tenant: TenantID, before: UUID?, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "reading.events",
            """
            SELECT event_id, channel_id, kind, field, outcome, reason, occurred_at, received_at, raw_sealed
            FROM channel_events
            WHERE tenant_id = $1 AND ($2::uuid IS NULL OR event_id < $2)
            ORDER BY event_id DESC
            LIMIT $3
            """, [tenant, before, limit])
    }

    static func event(_ row: PostgresRow, _ keys: TenantKeys) throws -> ChannelEventView {
        let id = try row.decode("event_id", as: ChannelEventID.self)
        let context = SealContext(table: "channel_events", column: "raw_sealed", row: id, tenant: keys.tenant)
        let kind = try row.decode("kind", as: String.self)
        let raw = ChannelEventView.isTold(kind) ? try keys.data.open(row.decode("raw_sealed"), context) : []
        return ChannelEventView(
            id: id, channel: try row.decode("channel_id"), kind: kind, field: try row.decode("field"),
            outcome: try row.decode("outcome"), reason: try row.decode("reason"),
            occurredAt: try row.decode("occurred_at"),
            receivedAt: try row.decode("received_at"), raw: Personal((try? JSON(parsing: raw)) ?? .null))
    }
}
