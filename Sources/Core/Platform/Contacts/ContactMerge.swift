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
            // And the no of one is about the messages of another as well: a worker destroys them.
            for row in try await tx.query(Self.closedChannels(tenant, survivor)) {
                let channel = try row.decode("channel_id", as: ChannelID.self)
                _ = try await tx.pipeline(
                    [DialogueStore.close(tenant, survivor, channel, try row.decode("status"))]
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

    /// On which channels the contact has said no, and something of it waits.
    private static func closedChannels(_ tenant: TenantID, _ contact: ContactID) -> PostgresQuery {
        PostgresQuery(
            "merge.closed-channels",
            """
            SELECT d.channel_id, d.status
            FROM dialogues d
            WHERE d.tenant_id = $1 AND d.contact_id = $2 AND d.status IN ('refused', 'withdrawn')
              AND EXISTS (SELECT FROM quarantined_messages q
                          WHERE q.tenant_id = $1 AND q.contact_id = d.contact_id AND q.channel_id = d.channel_id)
            ORDER BY d.channel_id
            """, [tenant, contact])
    }

    /// Of the dialogues with one person on a channel one goes on: the one that the person closed, unless they agreed later or began anew;
    /// then of the others the one that was last in hand. Who is asked again after withdrawing everything has begun anew since, which is
    /// later than another no when already the withdrawal is.
    private static func endedDialogues(_ tenant: TenantID, _ contacts: [ContactID]) -> PostgresQuery {
        PostgresQuery(
            "merge.ended-dialogues",
            """
            WITH said AS (
                SELECT e.channel_id, coalesce(c.merged_into, c.contact_id) AS contact_id,
                       max(least(e.occurred_at, e.recorded_at)) FILTER (WHERE e.kind IN ('refused', 'withdrawn')) AS no_at,
                       max(least(e.occurred_at, e.recorded_at)) FILTER (WHERE e.kind = 'withdrawn' AND e.purpose = 'all') AS all_at,
                       max(least(e.occurred_at, e.recorded_at)) FILTER (WHERE e.kind IN ('granted', 'confirmed')) AS yes_at
                FROM contacts c
                JOIN consent_events e ON e.tenant_id = c.tenant_id AND e.contact_id = c.contact_id
                WHERE c.tenant_id = $1 AND (c.contact_id = ANY ($2) OR c.merged_into = ANY ($2))
                GROUP BY 1, 2
            ),
            open AS (
                SELECT channel_id FROM said
                GROUP BY channel_id
                HAVING max(yes_at) > max(no_at)
                UNION
                SELECT o.channel_id
                FROM dialogues o
                JOIN said own ON own.contact_id = o.contact_id AND own.channel_id = o.channel_id
                WHERE o.tenant_id = $1 AND o.contact_id = ANY ($2) AND o.status NOT IN ('refused', 'withdrawn')
                  AND own.all_at >= (SELECT max(other.no_at) FROM said other
                                     WHERE other.channel_id = o.channel_id AND other.contact_id <> o.contact_id)
            ),
            ranked AS (
                SELECT d.contact_id, d.channel_id,
                       row_number() OVER (
                           PARTITION BY d.channel_id
                           ORDER BY (d.status IN ('refused', 'withdrawn')) <> (d.channel_id IN (SELECT channel_id FROM open)) DESC,
                                    d.updated_at DESC, d.contact_id DESC) AS place
                FROM dialogues d
                WHERE d.tenant_id = $1 AND d.contact_id = ANY ($2)
            )
            DELETE FROM dialogues d
            USING ranked r
            WHERE d.tenant_id = $1 AND d.contact_id = r.contact_id AND d.channel_id = r.channel_id AND r.place > 1
            """, [tenant, contacts])
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
            // … and of their dialogues on a channel the one that goes on …
            Self.endedDialogues(tenant, merged + [survivor]),
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
            // What they agreed to is derived from their events, for the survivor.
            PostgresQuery(
                "merge.consents",
                "DELETE FROM consents WHERE tenant_id = $1 AND contact_id = ANY ($2)",
                [tenant, merged]),
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
