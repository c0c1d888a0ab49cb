import PluginKit
import Postgres

/// Joins contacts that turned out to be one person. What was sealed for each stays sealed with that contact's key, which lives on
/// under `merged_into`; identities, conversations, what is queued and consents go to the survivor.
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
                       (tenant_id, conversation_id, channel_id, contact_id, last_inbound_at, window_closes_at, last_message_at)
                SELECT DISTINCT ON (o.channel_id) $1, gen_random_uuid(), o.channel_id, $2, max(o.last_inbound_at) OVER w,
                       max(o.window_closes_at) OVER w, max(o.last_message_at) OVER w
                FROM conversations o
                WHERE o.tenant_id = $1 AND o.contact_id = ANY ($3)
                WINDOW w AS (PARTITION BY o.channel_id)
                ON CONFLICT (tenant_id, contact_id, channel_id) DO UPDATE
                SET last_inbound_at = greatest(c.last_inbound_at, excluded.last_inbound_at),
                    window_closes_at = greatest(c.window_closes_at, excluded.window_closes_at),
                    last_message_at = greatest(c.last_message_at, excluded.last_message_at)
                """, [tenant, survivor, merged]),
            // (Lanes before messages and jobs, as workers take them.)
            PostgresQuery(
                "merge.lock-lanes",
                """
                SELECT l.lane_id
                FROM queue_lanes l
                JOIN conversations c ON c.tenant_id = l.tenant_id AND c.conversation_id = l.lane_id
                WHERE l.tenant_id = $1 AND l.kind = 'deliver' AND c.contact_id = ANY ($2)
                ORDER BY l.lane_id
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
                    SET lane_id = mine.conversation_id
                    FROM conversations theirs
                    JOIN conversations mine ON mine.tenant_id = theirs.tenant_id AND mine.channel_id = theirs.channel_id
                         AND mine.contact_id = $2
                    WHERE j.tenant_id = $1 AND j.kind = 'deliver' AND j.lane_id = theirs.conversation_id
                      AND theirs.tenant_id = $1 AND theirs.contact_id = ANY ($3)
                    RETURNING j.lane_id, j.dead_at
                ),
                emptied AS (
                    UPDATE queue_lanes l
                    SET depth = 0, run_at = least(l.run_at, now())
                    FROM conversations theirs
                    WHERE l.tenant_id = $1 AND l.kind = 'deliver' AND l.lane_id = theirs.conversation_id
                      AND theirs.tenant_id = $1 AND theirs.contact_id = ANY ($3)
                )
                INSERT INTO queue_lanes AS l (tenant_id, kind, lane_id, depth, run_at)
                SELECT $1, 'deliver', lane_id, count(*), now()
                FROM moved
                WHERE dead_at IS NULL
                GROUP BY lane_id
                ON CONFLICT (tenant_id, kind, lane_id) DO UPDATE SET depth = l.depth + excluded.depth
                """, [tenant, survivor, merged]),
            // … and theirs end.
            PostgresQuery(
                "merge.ended-conversations",
                """
                DELETE FROM conversations
                WHERE tenant_id = $1 AND contact_id = ANY ($2)
                """, [tenant, merged]),
            PostgresQuery(
                "merge.contacts",
                """
                UPDATE contacts SET merged_into = $2, updated_at = now()
                WHERE tenant_id = $1 AND (contact_id = ANY ($3) OR merged_into = ANY ($3)) AND contact_id <> $2
                """, [tenant, survivor, merged]),
        ]
    }
}
