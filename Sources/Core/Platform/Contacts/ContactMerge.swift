import PluginKit
import Postgres

/// Joins contacts that turned out to be one person. What was sealed for each stays sealed with that contact's key, which lives on
/// under `merged_into`; identities, conversations, what is queued, what is in quarantine, dialogues and consents go to the survivor. What
/// is hidden stays so only when all of it was.
struct ContactMerge: Sendable {
    let shard: Shard

    func merge(_ needed: MergeNeeded) async throws {
        let tenant = needed.tenant
        let survivor = needed.survivor
        let merged = needed.merged
        try await shard.app.transaction(settings: asTenant(tenant)) { tx in
            let rows = try await tx.query(Self.lock(tenant, merged + [survivor]))
            // Another merge was quicker. Whoever asked looks again and finds what that one left.
            guard try rows.allSatisfy({ try $0.decode("merged_into", as: ContactID?.self) == nil }) else { return }
            _ = try await tx.pipeline(Self.statements(tenant, survivor: survivor, merged: merged))
            try await ConsentLedger.deriveAgain(tenant, contact: survivor, tx)
            // The consent of one may be what the messages of another waited for.
            let channels = try await tx.query(Self.openedChannels(tenant, survivor))
            for row in channels {
                let channel = try row.decode("channel_id", as: ChannelID.self)
                _ = try await tx.pipeline(
                    [DialogueStore.end(tenant, survivor, channel, .admitted)]
                        + DialogueStore.enqueueLook(tenant, survivor, channel))
            }
        }
    }

    /// Everybody who writes something for a contact locks its row first, so from here on nothing comes for those that end.
    private static func lock(_ tenant: TenantID, _ contacts: [ContactID]) -> PostgresQuery {
        PostgresQuery(
            "merge.lock",
            """
            SELECT contact_id, merged_into FROM contacts
            WHERE tenant_id = $1 AND contact_id = ANY ($2)
            ORDER BY contact_id
            FOR UPDATE
            """, [tenant, contacts])
    }

    /// On which channels the contact has agreed, and something of it waits.
    private static func openedChannels(_ tenant: TenantID, _ contact: ContactID) -> PostgresQuery {
        PostgresQuery(
            "merge.opened-channels",
            """
            SELECT v.channel_id
            FROM conversations v
            WHERE v.tenant_id = $1 AND v.contact_id = $2
              AND \(AdmissionStore.isAdmitted(contact: "v.contact_id", channel: "v.channel_id"))
            ORDER BY v.channel_id
            """, [tenant, contact])
    }

    private static func statements(_ tenant: TenantID, survivor: ContactID, merged: [ContactID]) -> [PostgresQuery] {
        [
            PostgresQuery(
                "merge.identities",
                """
                UPDATE identities SET contact_id = $2
                WHERE tenant_id = $1 AND contact_id = ANY ($3)
                """, [tenant, survivor, merged]),
            // A conversation of the survivor's for every channel that one of the others talked on …
            PostgresQuery(
                "merge.conversations",
                """
                INSERT INTO conversations AS c
                       (tenant_id, conversation_id, channel_id, contact_id, last_inbound_at, window_closes_at, last_message_at,
                        quarantine_closes_at, hidden)
                SELECT DISTINCT ON (o.channel_id) $1, gen_random_uuid(), o.channel_id, $2, max(o.last_inbound_at) OVER w,
                       max(o.window_closes_at) OVER w,
                       coalesce(max(o.last_message_at) FILTER (WHERE NOT o.hidden) OVER w, max(o.last_message_at) OVER w),
                       max(o.quarantine_closes_at) OVER w, bool_and(o.hidden) OVER w
                FROM conversations o
                WHERE o.tenant_id = $1 AND o.contact_id = ANY ($3)
                WINDOW w AS (PARTITION BY o.channel_id)
                ON CONFLICT (tenant_id, contact_id, channel_id) DO UPDATE
                SET last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at),
                    window_closes_at = greatest(c.window_closes_at, excluded.window_closes_at),
                    last_message_at = CASE WHEN c.hidden = excluded.hidden THEN greatest(c.last_message_at, excluded.last_message_at)
                                           WHEN c.hidden THEN excluded.last_message_at
                                           ELSE c.last_message_at END,
                    quarantine_closes_at = greatest(c.quarantine_closes_at, excluded.quarantine_closes_at),
                    hidden = c.hidden AND excluded.hidden
                """, [tenant, survivor, merged]),
            // (Lanes before messages and jobs, as workers take them.)
            PostgresQuery(
                "merge.lock-lanes",
                """
                SELECT l.lane_id
                FROM queue_lanes l
                JOIN conversations c ON c.tenant_id = l.tenant_id AND c.conversation_id = l.lane_id
                WHERE l.tenant_id = $1 AND c.contact_id = ANY ($2)
                ORDER BY l.kind DESC, l.lane_id
                FOR UPDATE OF l
                """, [tenant, merged + [survivor]]),
            // … takes over their messages …
            PostgresQuery(
                "merge.messages",
                """
                UPDATE messages m
                SET conversation_id = mine.conversation_id, contact_id = $2
                FROM conversations theirs
                JOIN conversations mine ON mine.tenant_id = theirs.tenant_id AND mine.channel_id = theirs.channel_id
                     AND mine.contact_id = $2
                WHERE m.tenant_id = $1 AND theirs.tenant_id = $1 AND theirs.contact_id = ANY ($3)
                  AND m.conversation_id = theirs.conversation_id
                """, [tenant, survivor, merged]),
            // … and what is queued for them, in the order in which it was queued …
            PostgresQuery(
                "merge.jobs",
                """
                WITH moved AS (
                    UPDATE queue_jobs j
                    SET lane_id = mine.conversation_id,
                        subject_id = CASE WHEN j.subject_id = theirs.conversation_id THEN mine.conversation_id ELSE j.subject_id END
                    FROM conversations theirs
                    JOIN conversations mine ON mine.tenant_id = theirs.tenant_id AND mine.channel_id = theirs.channel_id
                         AND mine.contact_id = $2
                    WHERE j.tenant_id = $1 AND j.lane_id = theirs.conversation_id
                      AND theirs.tenant_id = $1 AND theirs.contact_id = ANY ($3)
                    RETURNING j.kind, j.lane_id, j.dead_at
                ),
                emptied AS (
                    UPDATE queue_lanes l
                    SET depth = 0, run_at = least(l.run_at, now())
                    FROM conversations theirs
                    WHERE l.tenant_id = $1 AND l.lane_id = theirs.conversation_id
                      AND theirs.tenant_id = $1 AND theirs.contact_id = ANY ($3)
                )
                INSERT INTO queue_lanes AS l (tenant_id, kind, lane_id, depth, run_at)
                SELECT $1, kind, lane_id, count(*), now()
                FROM moved
                WHERE dead_at IS NULL
                GROUP BY kind, lane_id
                ON CONFLICT (tenant_id, kind, lane_id) DO UPDATE SET depth = l.depth + excluded.depth
                """, [tenant, survivor, merged]),
            // … and what is in quarantine …
            PostgresQuery(
                "merge.quarantine",
                "UPDATE quarantined_messages SET contact_id = $2 WHERE tenant_id = $1 AND contact_id = ANY ($3)",
                [tenant, survivor, merged]),
            // … and of their dialogues on a channel the one that goes on, which is the one that was last in hand …
            PostgresQuery(
                "merge.older-dialogues",
                """
                DELETE FROM dialogues d
                WHERE d.tenant_id = $1 AND d.contact_id = ANY ($2) AND EXISTS (
                    SELECT FROM dialogues o
                    WHERE o.tenant_id = $1 AND o.channel_id = d.channel_id AND o.contact_id = ANY ($2)
                      AND (o.updated_at, o.contact_id) > (d.updated_at, d.contact_id))
                """, [tenant, merged + [survivor]]),
            PostgresQuery(
                "merge.dialogues",
                "UPDATE dialogues SET contact_id = $2 WHERE tenant_id = $1 AND contact_id = ANY ($3)",
                [tenant, survivor, merged]),
            // … and theirs end.
            PostgresQuery(
                "merge.ended-conversations",
                """
                DELETE FROM conversations
                WHERE tenant_id = $1 AND contact_id = ANY ($2)
                """, [tenant, merged]),
            PostgresQuery(
                "merge.show",
                """
                UPDATE contacts SET hidden = false, updated_at = now()
                WHERE tenant_id = $1 AND contact_id = $2 AND hidden
                  AND EXISTS (SELECT FROM contacts o WHERE o.tenant_id = $1 AND o.contact_id = ANY ($3) AND NOT o.hidden)
                """, [tenant, survivor, merged]),
            PostgresQuery(
                "merge.contacts",
                """
                UPDATE contacts SET merged_into = $2, updated_at = now()
                WHERE tenant_id = $1 AND (contact_id = ANY ($3) OR merged_into = ANY ($3)) AND contact_id <> $2
                """, [tenant, survivor, merged]),
        ]
    }
}
