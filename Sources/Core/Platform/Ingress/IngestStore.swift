import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// The SQL of ingest. Every statement takes a whole batch of one tenant as arrays.
enum IngestStore {
    /// What is known of addresses, and of the people who have them. People who were merged into another contact are not found.
    static func identities(_ tenant: TenantID, _ indexes: [[UInt8]]) -> PostgresQuery {
        PostgresQuery("ingest.identities", identitiesSQL, [tenant, indexes])
    }

    /// The same, keeping the people found from being merged or erased until commit. One who was merged at this very moment is not found;
    /// writing the identity then fails, and the second look finds the contact that goes on.
    static func heldIdentities(_ tenant: TenantID, _ indexes: [[UInt8]]) -> PostgresQuery {
        PostgresQuery("ingest.held-identities", identitiesSQL + "\nFOR KEY SHARE OF c", [tenant, indexes])
    }

    /// The same for what changes something about the people themselves: a weaker lock that grew later would wait for others that wait for
    /// it.
    static func lockedIdentities(_ tenant: TenantID, _ indexes: [[UInt8]]) -> PostgresQuery {
        PostgresQuery("ingest.locked-identities", identitiesSQL + "\nFOR UPDATE OF c", [tenant, indexes])
    }

    private static let identitiesSQL = """
        SELECT i.blind_index, i.kind, i.first_seen_at, i.contact_id, c.key_id, c.key_sealed, c.name_sealed,
               ARRAY(SELECT u.blind_index FROM identities u
                     WHERE u.tenant_id = i.tenant_id AND u.contact_id = i.contact_id AND u.kind = 'bsuid'
                       AND u.retired_at IS NULL) AS users
        FROM identities i
        JOIN contacts c ON c.tenant_id = i.tenant_id AND c.contact_id = i.contact_id
        WHERE i.tenant_id = $1 AND i.blind_index = ANY ($2) AND i.retired_at IS NULL AND c.merged_into IS NULL
        ORDER BY c.contact_id
        """

    static func knownMessages(_ tenant: TenantID, _ providerIndexes: [[UInt8]]) -> PostgresQuery {
        PostgresQuery(
            "ingest.known-messages",
            """
            SELECT provider_index FROM messages WHERE tenant_id = $1 AND provider_index = ANY ($2)
            UNION ALL
            SELECT provider_index FROM quarantined_messages WHERE tenant_id = $1 AND provider_index = ANY ($2)
            UNION ALL
            SELECT provider_index FROM destroyed_messages WHERE tenant_id = $1 AND provider_index = ANY ($2)
            """, [tenant, providerIndexes])
    }

    /// Locked in one order, so that batches that meet do not deadlock.
    static func messagesOfStatuses(_ tenant: TenantID, _ providerIndexes: [[UInt8]], _ references: [MessageID])
        -> PostgresQuery
    {
        PostgresQuery(
            "ingest.messages-of-statuses",
            """
            SELECT m.message_id, m.provider_index, m.state, m.sealed_for, c.key_id, c.key_sealed
            FROM messages m
            JOIN contacts c ON c.tenant_id = m.tenant_id AND c.contact_id = m.sealed_for
            WHERE m.tenant_id = $1 AND m.direction = 'outbound' AND (m.provider_index = ANY ($2) OR m.message_id = ANY ($3))
            ORDER BY m.message_id
            FOR UPDATE OF m
            """, [tenant, providerIndexes, references])
    }

    static func addContacts(_ tenant: TenantID, _ contacts: [NewContact]) -> PostgresQuery {
        PostgresQuery(
            "ingest.add-contacts",
            """
            INSERT INTO contacts (tenant_id, contact_id, key_id, key_sealed, name_sealed, hidden)
            SELECT $1, u.contact_id, u.key_id, u.key_sealed, u.name_sealed, u.hidden
            FROM unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[], $6::boolean[])
                 AS u (contact_id, key_id, key_sealed, name_sealed, hidden)
            """,
            [
                tenant, contacts.map(\.id), contacts.map(\.keyID), contacts.map(\.keySealed),
                contacts.map(\.nameSealed), contacts.map(\.isHidden),
            ])
    }

    static func rename(_ tenant: TenantID, _ names: [(contact: ContactID, sealed: [UInt8])]) -> PostgresQuery {
        PostgresQuery(
            "ingest.rename",
            """
            UPDATE contacts c
            SET name_sealed = u.name_sealed, updated_at = now()
            FROM unnest($2::uuid[], $3::bytea[]) AS u (contact_id, name_sealed)
            WHERE c.tenant_id = $1 AND c.contact_id = u.contact_id
            """, [tenant, names.map(\.contact), names.map(\.sealed)])
    }

    static func retire(_ tenant: TenantID, _ indexes: [[UInt8]]) -> PostgresQuery {
        PostgresQuery(
            "ingest.retire-identities",
            """
            UPDATE identities
            SET retired_at = now()
            WHERE tenant_id = $1 AND blind_index = ANY ($2) AND retired_at IS NULL
            """, [tenant, indexes])
    }

    static func addIdentities(_ tenant: TenantID, _ identities: [NewIdentity]) -> PostgresQuery {
        PostgresQuery(
            "ingest.add-identities",
            """
            INSERT INTO identities
                   (tenant_id, identity_id, contact_id, sealed_for, plugin, kind, blind_index, address_sealed, first_seen_at)
            SELECT $1, u.identity_id, u.contact_id, u.contact_id, u.plugin, u.kind, u.blind_index, u.address_sealed, u.first_seen_at
            FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::bytea[], $8::timestamptz[])
                 AS u (identity_id, contact_id, plugin, kind, blind_index, address_sealed, first_seen_at)
            """,
            [
                tenant, identities.map(\.id), identities.map(\.contact), identities.map(\.plugin),
                identities.map(\.kind),
                identities.map(\.index), identities.map(\.sealed), identities.map(\.seenAt),
            ])
    }

    /// What is in quarantine touches nothing that the tenant is shown.
    static func touchConversations(_ tenant: TenantID, _ touches: [ConversationTouch]) -> PostgresQuery {
        PostgresQuery(
            "ingest.touch-conversations",
            """
            INSERT INTO conversations AS c
                   (tenant_id, conversation_id, channel_id, contact_id, last_inbound_at, window_closes_at, last_message_at,
                    quarantine_closes_at, hidden)
            SELECT $1, u.conversation_id, u.channel_id, u.contact_id, u.inbound_at, u.closes_at, u.message_at,
                   u.quarantine_closes_at, u.hidden
            FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
                        $8::timestamptz[], $9::boolean[])
                 AS u (conversation_id, channel_id, contact_id, inbound_at, closes_at, message_at, quarantine_closes_at, hidden)
            ON CONFLICT (tenant_id, contact_id, channel_id) DO UPDATE
            SET last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at),
                window_closes_at = greatest(c.window_closes_at, excluded.window_closes_at),
                last_message_at = CASE WHEN excluded.hidden THEN c.last_message_at
                                       ELSE greatest(c.last_message_at, excluded.last_message_at) END,
                quarantine_closes_at = greatest(c.quarantine_closes_at, excluded.quarantine_closes_at),
                hidden = c.hidden AND excluded.hidden
            """,
            [
                tenant, touches.map(\.conversation), touches.map(\.channel), touches.map(\.contact),
                touches.map(\.inboundAt),
                touches.map(\.closesAt), touches.map(\.messageAt), touches.map(\.quarantineClosesAt),
                touches.map(\.isHidden),
            ])
    }

    /// Joined to the conversation as it now is: another batch may have begun it at the same moment.
    static func addMessages(_ tenant: TenantID, _ messages: [NewInboundMessage]) -> PostgresQuery {
        PostgresQuery(
            "ingest.add-messages",
            """
            INSERT INTO messages (tenant_id, message_id, conversation_id, contact_id, channel_id, sealed_for, direction, type, state,
                                  content_sealed, provider_index, provider_id_sealed, occurred_at)
            SELECT $1, u.message_id, c.conversation_id, u.contact_id, u.channel_id, u.contact_id, 'inbound', u.type, 'received',
                   u.content_sealed, u.provider_index, u.provider_id_sealed, u.occurred_at
            FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bytea[], $7::bytea[], $8::bytea[], $9::timestamptz[])
                 AS u (message_id, contact_id, channel_id, type, content_sealed, provider_index, provider_id_sealed, occurred_at)
            JOIN conversations c ON c.tenant_id = $1 AND c.contact_id = u.contact_id AND c.channel_id = u.channel_id
            ON CONFLICT (tenant_id, provider_index) WHERE provider_index IS NOT NULL DO NOTHING
            RETURNING message_id
            """,
            [
                tenant, messages.map(\.id), messages.map(\.contact), messages.map(\.channel), messages.map(\.type),
                messages.map(\.contentSealed), messages.map(\.providerIndex), messages.map(\.providerIDSealed),
                messages.map(\.occurredAt),
            ])
    }

    static func addStatuses(_ tenant: TenantID, _ statuses: [IngestWork.Status], _ messages: [MessageID?])
        -> PostgresQuery
    {
        PostgresQuery(
            "ingest.add-statuses",
            """
            INSERT INTO message_statuses
                   (tenant_id, provider_index, stage, message_id, occurred_at, fault_code, fault_message, fault_remedy)
            SELECT $1, u.provider_index, u.stage, u.message_id, u.occurred_at, u.fault_code, u.fault_message, u.fault_remedy
            FROM unnest($2::bytea[], $3::text[], $4::uuid[], $5::timestamptz[], $6::text[], $7::text[], $8::text[])
                 AS u (provider_index, stage, message_id, occurred_at, fault_code, fault_message, fault_remedy)
            ON CONFLICT (tenant_id, provider_index, stage) DO NOTHING
            RETURNING provider_index, stage
            """,
            [
                tenant, statuses.map(\.providerIndex), statuses.map(\.update.stage.rawValue), messages,
                statuses.map(\.occurredAt), statuses.map { $0.update.fault?.code },
                statuses.map { $0.update.fault?.message },
                statuses.map { $0.update.fault?.remedy },
            ])
    }

    /// Why a message failed or was refused goes with that state: it stays while the state does, and no longer.
    static func advance(_ tenant: TenantID, _ advances: [MessageAdvance]) -> PostgresQuery {
        PostgresQuery(
            "ingest.advance-messages",
            """
            UPDATE messages m
            SET state = u.state, updated_at = now(), provider_index = coalesce(m.provider_index, u.provider_index),
                provider_id_sealed = coalesce(m.provider_id_sealed, u.provider_id_sealed),
                fault_code = CASE WHEN m.state = u.state THEN m.fault_code ELSE u.fault_code END,
                fault_message = CASE WHEN m.state = u.state THEN m.fault_message ELSE u.fault_message END,
                fault_remedy = CASE WHEN m.state = u.state THEN m.fault_remedy ELSE u.fault_remedy END
            FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::bytea[])
                 AS u (message_id, state, fault_code, fault_message, fault_remedy, provider_index, provider_id_sealed)
            WHERE m.tenant_id = $1 AND m.message_id = u.message_id
            """,
            [
                tenant, advances.map(\.message), advances.map(\.state.rawValue), advances.map { $0.fault?.code },
                advances.map { $0.fault?.message }, advances.map { $0.fault?.remedy }, advances.map(\.providerIndex),
                advances.map(\.providerIDSealed),
            ])
    }

    /// Corrects what became of an event that was stored in this transaction.
    static func setOutcome(_ tenant: TenantID, _ dedupIndex: [UInt8], _ outcome: String) -> PostgresQuery {
        PostgresQuery(
            "ingest.set-outcome", "UPDATE channel_events SET outcome = $3 WHERE tenant_id = $1 AND dedup_index = $2",
            [tenant, dedupIndex, outcome])
    }

    static func addEvents(_ keys: TenantKeys, _ events: [IngestWork.Other]) throws -> PostgresQuery {
        let ids = events.map { _ in ChannelEventID.generate() }
        let sealed = try zip(events, ids).map { event, id in
            try keys.data.seal(
                event.raw.encoded(),
                SealContext(table: "channel_events", column: "raw_sealed", row: id.rawValue, tenant: keys.tenant))
        }
        return PostgresQuery(
            "ingest.add-events",
            """
            INSERT INTO channel_events
                   (tenant_id, event_id, channel_id, kind, field, outcome, reason, dedup_index, raw_sealed, occurred_at)
            SELECT $1, u.event_id, u.channel_id, u.kind, u.field, u.outcome, u.reason, u.dedup_index, u.raw_sealed, u.occurred_at
            FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::bytea[],
                        $10::timestamptz[])
                 AS u (event_id, channel_id, kind, field, outcome, reason, dedup_index, raw_sealed, occurred_at)
            ON CONFLICT (tenant_id, dedup_index) DO NOTHING
            RETURNING dedup_index
            """,
            [
                keys.tenant, ids, events.map(\.channel), events.map(\.kind), events.map(\.field), events.map(\.outcome),
                events.map(\.reason), events.map(\.dedupIndex), sealed, events.map(\.occurredAt),
            ])
    }
}
