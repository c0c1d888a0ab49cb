import Postgres

import struct Foundation.Date

/// The SQL of sending. Every statement takes a whole batch of one tenant as arrays.
enum SendStore {
    struct Look: Sendable {
        var caller: APIKeyID
        var route: String
        var idempotencyHash: [UInt8]?
        var channel: ChannelID?
        var contact: ContactID?
        var purpose: String
        /// The blind index of the address on each kind of channel that has such addresses.
        var candidates: [(plugin: String, index: [UInt8])]
    }

    /// One row of the look-up: a send as it would be on one kind of channel.
    private struct Row {
        var place: Int
        var look: Look
        var plugin: String?
        var index: [UInt8]?
    }

    /// All that the gate and the writing need, one row a send. Which kind of channel is meant shows only in the look-up, so a person
    /// named by address comes once for each kind, and the rows of the other kinds fall away. `LIMIT 1` keeps each look-up one by key,
    /// whatever the planner believes of the tables' sizes. The person is kept from being merged or erased until commit.
    ///
    /// Of somebody who is hidden a consent counts, and nothing else: that they wrote and said no is told apart from nobody.
    static func facts(_ tenant: TenantID, _ looks: [Look]) -> PostgresQuery {
        let rows = looks.enumerated().flatMap { place, look in
            look.contact != nil || look.candidates.isEmpty
                ? [Row(place: place, look: look)]
                : look.candidates.map { Row(place: place, look: look, plugin: $0.plugin, index: $0.index) }
        }
        return PostgresQuery(
            "send.facts",
            """
            SELECT u.place, n.channel_count, ch.channel_id, ch.plugin, ch.state AS channel_state, ch.state_reason,
                   coalesce(named.contact_id, i.contact_id) AS wanted_id, c.contact_id, c.erased_at, c.restricted_at, c.key_id,
                   c.key_sealed,
                   co.state AS consent_state, co.since, co.expires_at, co.proof, co.is_explicit, co.age_confirmed,
                   is_special_category($1, u.purpose) AS is_special, is_advertising($1, u.purpose) AS is_advertising,
                   cv.window_closes_at,
                   k.result_id AS earlier_id, k.request_hash AS earlier_hash
            FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::uuid[], $6::uuid[], $7::bytea[], $8::text[], $9::text[], $10::bigint[])
                 AS u (caller, route, key_hash, channel_id, contact_id, blind_index, purpose, plugin, place)
            CROSS JOIN LATERAL (
                SELECT count(*) AS channel_count, min(s.channel_id::text)::uuid AS only_id
                FROM channels s
                WHERE s.tenant_id = $1 AND (u.channel_id IS NULL OR s.channel_id = u.channel_id)) n
            LEFT JOIN LATERAL (
                SELECT * FROM channels WHERE tenant_id = $1 AND channel_id = n.only_id LIMIT 1) ch ON true
            LEFT JOIN LATERAL (
                SELECT contact_id FROM identities
                WHERE tenant_id = $1 AND blind_index = u.blind_index AND retired_at IS NULL LIMIT 1) i ON true
            LEFT JOIN LATERAL (
                SELECT s.contact_id
                FROM contacts o
                JOIN contacts s ON s.tenant_id = $1 AND s.contact_id = coalesce(o.merged_into, o.contact_id) AND NOT s.hidden
                WHERE o.tenant_id = $1 AND o.contact_id = u.contact_id LIMIT 1) named ON true
            LEFT JOIN LATERAL (
                SELECT * FROM contacts
                WHERE tenant_id = $1 AND contact_id = coalesce(named.contact_id, i.contact_id) AND merged_into IS NULL
                LIMIT 1 FOR KEY SHARE) c ON true
            LEFT JOIN LATERAL (
                SELECT greatest(window_closes_at, quarantine_closes_at) AS window_closes_at FROM conversations
                WHERE tenant_id = $1 AND contact_id = c.contact_id AND channel_id = ch.channel_id LIMIT 1) cv ON true
            LEFT JOIN LATERAL (
                SELECT state, since, expires_at, proof, is_explicit, age_confirmed FROM effective_consents
                WHERE tenant_id = $1 AND contact_id = c.contact_id AND channel_id = ch.channel_id AND purpose = u.purpose
                  AND (NOT c.hidden OR state IN ('granted', 'confirmed') AND (expires_at IS NULL OR expires_at > now()))
                LIMIT 1) co ON true
            LEFT JOIN LATERAL (
                SELECT result_id, request_hash FROM idempotency_keys
                WHERE tenant_id = $1 AND caller = u.caller AND route = u.route AND key_hash = u.key_hash LIMIT 1) k ON true
            WHERE u.plugin IS NULL OR ch.plugin IS NULL OR ch.plugin = u.plugin
            """,
            [
                tenant, rows.map(\.look.caller), rows.map(\.look.route), rows.map(\.look.idempotencyHash),
                rows.map(\.look.channel),
                rows.map(\.look.contact), rows.map(\.index), rows.map(\.look.purpose), rows.map(\.plugin),
                rows.map(\.place),
            ])
    }

    struct NewMessage: Sendable {
        var id: MessageID
        var contact: ContactID
        var channel: ChannelID
        var type: String
        var purpose: String
        var contentSealed: [UInt8]
        var at: Date
        /// Nil for what the platform itself says.
        var caller: APIKeyID?
        var route: String
        var idempotencyHash: [UInt8]?
        var requestHash: [UInt8]
    }

    static func writes(_ tenant: TenantID, _ messages: [NewMessage]) -> [PostgresQuery] {
        let keyed = messages.filter { $0.idempotencyHash != nil }
        let touches = Dictionary(grouping: messages) { ConversationOf(contact: $0.contact, channel: $0.channel) }
            .keys.sorted { ($0.contact, $0.channel) < ($1.contact, $1.channel) }
        return [
            .tenant(tenant),
            PostgresQuery(
                "send.idempotency",
                """
                INSERT INTO idempotency_keys (tenant_id, caller, route, key_hash, request_hash, result_id)
                SELECT $1, u.caller, u.route, u.key_hash, u.request_hash, u.result_id
                FROM unnest($2::uuid[], $3::text[], $4::bytea[], $5::bytea[], $6::uuid[])
                     AS u (caller, route, key_hash, request_hash, result_id)
                """,
                [
                    tenant, keyed.map(\.caller), keyed.map(\.route), keyed.map(\.idempotencyHash),
                    keyed.map(\.requestHash),
                    keyed.map(\.id),
                ]),
            PostgresQuery(
                "send.touch-conversations",
                """
                INSERT INTO conversations AS c (tenant_id, conversation_id, channel_id, contact_id, last_message_at)
                SELECT $1, u.conversation_id, u.channel_id, u.contact_id, $5
                FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS u (conversation_id, channel_id, contact_id)
                ON CONFLICT (tenant_id, contact_id, channel_id) DO UPDATE
                SET last_message_at = CASE WHEN c.hidden THEN excluded.last_message_at
                                           ELSE greatest(c.last_message_at, excluded.last_message_at) END,
                    hidden = false
                """,
                [
                    tenant, touches.map { _ in ConversationID.generate() }, touches.map(\.channel),
                    touches.map(\.contact),
                    messages.map(\.at).max() ?? Date(),
                ]),
            PostgresQuery(
                "send.add-messages",
                """
                INSERT INTO messages (tenant_id, message_id, conversation_id, contact_id, channel_id, sealed_for, direction, type,
                                      purpose, state, content_sealed, occurred_at)
                SELECT $1, u.message_id, c.conversation_id, u.contact_id, u.channel_id, u.contact_id, 'outbound', u.type, u.purpose,
                       'accepted', u.content_sealed, u.occurred_at
                FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bytea[], $8::timestamptz[])
                     AS u (message_id, contact_id, channel_id, type, purpose, content_sealed, occurred_at)
                JOIN conversations c ON c.tenant_id = $1 AND c.contact_id = u.contact_id AND c.channel_id = u.channel_id
                """,
                [
                    tenant, messages.map(\.id), messages.map(\.contact), messages.map(\.channel), messages.map(\.type),
                    messages.map(\.purpose), messages.map(\.contentSealed), messages.map(\.at),
                ]),
        ] + QueueStore.enqueueMessages(tenant, messages.map(\.id))
    }

    private struct ConversationOf: Hashable {
        var contact: ContactID
        var channel: ChannelID
    }
}
