import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// The SQL of dialogues about consent, and of the queue lanes in which they go on: one lane a conversation, one job for each message that
/// a person wrote, and now and then one (its subject the conversation) that says to look again.
enum DialogueStore {
    static let kind = "dialogue"

    // MARK: - Queue

    /// Puts messages into their conversations' lanes.
    static func enqueue(_ tenant: TenantID, quarantined: [MessageID], stored: [MessageID]) -> [PostgresQuery] {
        let named = """
            WITH named AS MATERIALIZED (
                SELECT v.conversation_id, q.message_id
                FROM quarantined_messages q
                JOIN conversations v ON v.tenant_id = q.tenant_id AND v.contact_id = q.contact_id AND v.channel_id = q.channel_id
                WHERE q.tenant_id = $1 AND q.message_id = ANY ($2)
                UNION ALL
                SELECT m.conversation_id, m.message_id FROM messages m WHERE m.tenant_id = $1 AND m.message_id = ANY ($3)
            )
            """
        return [
            PostgresQuery(
                "dialogue.lanes",
                """
                \(named)
                INSERT INTO queue_lanes AS l (tenant_id, kind, lane_id, depth, run_at)
                SELECT $1, 'dialogue', conversation_id, count(*), now()
                FROM named
                GROUP BY conversation_id
                ORDER BY conversation_id
                ON CONFLICT (tenant_id, kind, lane_id) DO UPDATE SET depth = l.depth + excluded.depth
                """, [tenant, quarantined, stored]),
            PostgresQuery(
                "dialogue.jobs",
                """
                \(named)
                INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id)
                SELECT $1, 'dialogue', conversation_id, message_id
                FROM named
                ORDER BY message_id
                """, [tenant, quarantined, stored]),
        ]
    }

    /// Has a person's conversation looked at, if anything of it is held back. The person's row is held.
    static func enqueueLook(_ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID) -> [PostgresQuery] {
        let held = """
            FROM conversations v
            WHERE v.tenant_id = $1 AND v.contact_id = $2 AND v.channel_id = $3
              AND (v.hidden OR EXISTS (SELECT FROM quarantined_messages q
                                       WHERE q.tenant_id = $1 AND q.contact_id = $2 AND q.channel_id = $3))
            """
        return [
            PostgresQuery(
                "dialogue.look-lane",
                """
                INSERT INTO queue_lanes AS l (tenant_id, kind, lane_id, depth, run_at)
                SELECT $1, 'dialogue', v.conversation_id, 1, now()
                \(held)
                ON CONFLICT (tenant_id, kind, lane_id) DO UPDATE
                SET depth = l.depth + 1, run_at = CASE WHEN l.lease_owner IS NULL THEN now() ELSE l.run_at END
                """, [tenant, contact, channel]),
            PostgresQuery(
                "dialogue.look-job",
                """
                INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id)
                SELECT $1, 'dialogue', v.conversation_id, v.conversation_id
                \(held)
                """, [tenant, contact, channel]),
        ]
    }

    /// The same for one who was silent long enough, if nothing else has the conversation looked at already.
    static func enqueueSilence(_ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID) -> PostgresQuery {
        PostgresQuery(
            "dialogue.silence",
            """
            WITH added AS (
                INSERT INTO queue_lanes (tenant_id, kind, lane_id, depth, run_at)
                SELECT $1, 'dialogue', v.conversation_id, 1, now()
                FROM conversations v
                WHERE v.tenant_id = $1 AND v.contact_id = $2 AND v.channel_id = $3
                ON CONFLICT (tenant_id, kind, lane_id) DO NOTHING
                RETURNING lane_id
            )
            INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id)
            SELECT $1, 'dialogue', lane_id, lane_id FROM added
            """, [tenant, contact, channel])
    }

    /// Who was silent long enough, on any tenant's channels.
    static func due(atMost portion: Int) -> PostgresQuery {
        PostgresQuery(
            "dialogue.due",
            """
            SELECT tenant_id, contact_id, channel_id
            FROM dialogues
            WHERE wakes_at <= now() AND tenant_id <> ALL (ARRAY(SELECT tenant_id FROM tenant_standing WHERE movement IS NOT NULL))
            ORDER BY wakes_at
            LIMIT $1
            """, [portion])
    }

    static func first(of lane: Lane) -> PostgresQuery {
        PostgresQuery(
            "dialogue.first",
            """
            SELECT job_id, subject_id
            FROM queue_jobs
            WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND dead_at IS NULL
            ORDER BY job_id
            LIMIT 1
            """, [lane.tenant, lane.kind, lane.id])
    }

    // MARK: - Person

    /// Whose lane it is. The person comes before the lane, as in everything that is recorded of a person.
    static func person(of lane: Lane) -> PostgresQuery {
        PostgresQuery("dialogue.person-of-lane", person("v.conversation_id = $2"), [lane.tenant, lane.id])
    }

    static func person(_ tenant: TenantID, contact: ContactID, channel: ChannelID) -> PostgresQuery {
        PostgresQuery(
            "dialogue.person", person("v.contact_id = $2 AND v.channel_id = $3"), [tenant, contact, channel])
    }

    private static func person(_ condition: String) -> String {
        """
        SELECT v.conversation_id, v.channel_id, c.contact_id, c.key_id, c.key_sealed, c.hidden
        FROM conversations v
        JOIN contacts c ON c.tenant_id = v.tenant_id AND c.contact_id = v.contact_id
        WHERE v.tenant_id = $1 AND \(condition)
        FOR UPDATE OF c
        """
    }

    /// The number that the person has, the last that was seen.
    static func phone(_ tenant: TenantID, _ contact: ContactID) -> PostgresQuery {
        PostgresQuery(
            "dialogue.phone",
            """
            SELECT i.identity_id, i.address_sealed, i.sealed_for, s.key_id, s.key_sealed
            FROM identities i
            JOIN contacts s ON s.tenant_id = i.tenant_id AND s.contact_id = i.sealed_for
            WHERE i.tenant_id = $1 AND i.contact_id = $2 AND i.kind = 'phone' AND i.retired_at IS NULL AND s.key_sealed IS NOT NULL
            ORDER BY i.first_seen_at DESC
            LIMIT 1
            """, [tenant, contact])
    }

    /// A message that was stored at once, as its sender had agreed, and still has to be heard.
    static func stored(_ tenant: TenantID, _ message: MessageID) -> PostgresQuery {
        PostgresQuery(
            "dialogue.stored",
            """
            SELECT m.content_sealed, m.occurred_at, m.sealed_for, s.key_id, s.key_sealed
            FROM messages m
            JOIN contacts s ON s.tenant_id = m.tenant_id AND s.contact_id = m.sealed_for
            WHERE m.tenant_id = $1 AND m.message_id = $2 AND m.direction = 'inbound' AND s.key_sealed IS NOT NULL
            """, [tenant, message])
    }
}
