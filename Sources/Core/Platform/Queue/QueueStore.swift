import Postgres
import struct Foundation.Date
import struct Foundation.UUID

/// The SQL of the queue. A lane is locked by its row from the first statement that touches it until commit, and `depth` counts its
/// jobs in that row, so that a lane that empties and a job that arrives at the same moment cannot miss each other.
enum QueueStore {
    static let delivery = "deliver"

    /// Puts messages into their conversations' lanes. The lane comes first: its lock gives job ids their order.
    static func enqueueMessages(_ tenant: TenantID, _ messages: [MessageID]) -> [PostgresQuery] {
        [
            PostgresQuery(
                "queue.lanes",
                """
                INSERT INTO queue_lanes AS l (tenant_id, kind, lane_id, depth, run_at)
                SELECT $1, 'deliver', m.conversation_id, count(*), now()
                FROM messages m
                WHERE m.tenant_id = $1 AND m.message_id = ANY ($2)
                GROUP BY m.conversation_id
                ORDER BY m.conversation_id
                ON CONFLICT (tenant_id, kind, lane_id) DO UPDATE SET depth = l.depth + excluded.depth
                """, [tenant, messages]),
            PostgresQuery(
                "queue.jobs",
                """
                INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id)
                SELECT $1, 'deliver', m.conversation_id, m.message_id
                FROM messages m
                WHERE m.tenant_id = $1 AND m.message_id = ANY ($2)
                ORDER BY m.message_id
                """, [tenant, messages]),
        ]
    }

    /// Puts one message back into its lane, if it is waiting to be sent and in no lane.
    static func enqueueAccepted(_ tenant: TenantID, _ message: MessageID) -> [PostgresQuery] {
        [
            PostgresQuery(
                "queue.lane-again",
                """
                INSERT INTO queue_lanes AS l (tenant_id, kind, lane_id, depth, run_at)
                SELECT $1, 'deliver', m.conversation_id, 1, now()
                FROM messages m
                WHERE m.tenant_id = $1 AND m.message_id = $2 AND m.state = 'accepted'
                  AND NOT EXISTS (SELECT FROM queue_jobs j WHERE j.tenant_id = $1 AND j.subject_id = $2)
                ON CONFLICT (tenant_id, kind, lane_id) DO UPDATE SET depth = l.depth + 1
                """, [tenant, message]),
            PostgresQuery(
                "queue.job-again",
                """
                INSERT INTO queue_jobs (tenant_id, kind, lane_id, subject_id)
                SELECT $1, 'deliver', m.conversation_id, m.message_id
                FROM messages m
                WHERE m.tenant_id = $1 AND m.message_id = $2 AND m.state = 'accepted'
                  AND NOT EXISTS (SELECT FROM queue_jobs j WHERE j.tenant_id = $1 AND j.subject_id = $2)
                """, [tenant, message]),
        ]
    }

    /// Takes lanes that are due, spread over tenants: the first of every tenant, then the second, so that no tenant's million delays
    /// another's one. A lane held by a worker that died comes due again when its lease ends.
    /// - Parameters:
    ///   - busy: lanes each tenant already occupies here.
    ///   - share: lanes a tenant may occupy here at most.
    static func claim(
        _ kind: String, owner: UUID, limit: Int, lease: Duration, busy: [TenantID: Int], share: Int
    ) -> PostgresQuery {
        PostgresQuery(
            "queue.claim",
            """
            WITH RECURSIVE
            waiting (tenant_id) AS (
                (SELECT tenant_id FROM queue_lanes WHERE kind = $1 ORDER BY tenant_id LIMIT 1)
                UNION ALL
                SELECT (SELECT l.tenant_id FROM queue_lanes l
                        WHERE l.kind = $1 AND l.tenant_id > w.tenant_id ORDER BY l.tenant_id LIMIT 1)
                FROM waiting w WHERE w.tenant_id IS NOT NULL
            ),
            due AS (
                SELECT l.row, l.run_at, row_number() OVER (PARTITION BY w.tenant_id ORDER BY l.run_at) AS turn
                FROM waiting w
                LEFT JOIN unnest($5::uuid[], $6::bigint[]) AS b (tenant_id, lanes) ON b.tenant_id = w.tenant_id
                CROSS JOIN LATERAL (
                    SELECT ctid AS row, run_at FROM queue_lanes
                    WHERE kind = $1 AND tenant_id = w.tenant_id AND run_at <= now()
                    ORDER BY run_at
                    LIMIT greatest(least($3, $7 - coalesce(b.lanes, 0)), 0)
                    FOR UPDATE SKIP LOCKED
                ) l
                WHERE w.tenant_id IS NOT NULL
            )
            -- By row address, which the locks above hold still: by key, a plan made for few lanes reads all of them.
            UPDATE queue_lanes l
            SET lease_owner = $2, lease_until = now() + $4::bigint * interval '1 millisecond',
                run_at = now() + $4::bigint * interval '1 millisecond'
            WHERE l.ctid = ANY (ARRAY(SELECT row FROM due ORDER BY turn, run_at LIMIT $3))
            RETURNING l.tenant_id, l.lane_id
            """,
            [
                kind, owner, limit, Int(lease.components.seconds) * 1000, busy.keys.map { $0 }, busy.values.map { $0 }, share,
            ])
    }

    /// Takes the lane's row for this transaction, if the lease is still ours.
    static func hold(_ lane: Lane, owner: UUID) -> PostgresQuery {
        PostgresQuery(
            "queue.hold",
            """
            SELECT depth FROM queue_lanes
            WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND lease_owner = $4
            FOR UPDATE
            """, [lane.tenant, lane.kind, lane.id, owner])
    }

    /// Removes the lane's first job.
    static func complete(_ lane: Lane, _ job: Int64) -> [PostgresQuery] {
        [
            PostgresQuery(
                "queue.complete",
                "DELETE FROM queue_jobs WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND job_id = $4",
                [lane.tenant, lane.kind, lane.id, job]), lower(lane),
        ]
    }

    /// Sets a job aside as a dead letter: visible, and no longer in its lane's way.
    static func bury(_ lane: Lane, _ job: Int64, code: String, message: String) -> [PostgresQuery] {
        [
            PostgresQuery(
                "queue.bury",
                """
                UPDATE queue_jobs SET dead_at = now(), fault_code = $5, fault_message = $6
                WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND job_id = $4
                """, [lane.tenant, lane.kind, lane.id, job, code, message]), lower(lane),
        ]
    }

    private static func lower(_ lane: Lane) -> PostgresQuery {
        PostgresQuery(
            "queue.lower",
            "UPDATE queue_lanes SET depth = depth - 1 WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3",
            [lane.tenant, lane.kind, lane.id])
    }

    static func attempt(_ lane: Lane, _ job: Int64) -> PostgresQuery {
        PostgresQuery(
            "queue.attempt",
            """
            UPDATE queue_jobs SET attempts = attempts + 1, attempted_at = now()
            WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND job_id = $4
            """, [lane.tenant, lane.kind, lane.id, job])
    }

    static func fault(_ lane: Lane, _ job: Int64, code: String, message: String, attempted: Bool) -> PostgresQuery {
        PostgresQuery(
            "queue.fault",
            """
            UPDATE queue_jobs
            SET fault_code = $5, fault_message = $6, attempted_at = CASE WHEN $7 THEN attempted_at END
            WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND job_id = $4
            """, [lane.tenant, lane.kind, lane.id, job, code, message, attempted])
    }

    /// Gives the lane back: due again at `at`, or gone when it is empty.
    static func release(_ lane: Lane, owner: UUID, after: Duration) -> [PostgresQuery] {
        [
            PostgresQuery(
                "queue.release",
                """
                UPDATE queue_lanes
                SET lease_owner = NULL, lease_until = NULL, run_at = now() + $5::bigint * interval '1 millisecond'
                WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND lease_owner = $4
                """,
                [
                    lane.tenant, lane.kind, lane.id, owner,
                    Int(after.components.seconds) * 1000 + Int(after.components.attoseconds / 1_000_000_000_000_000),
                ]),
            PostgresQuery(
                "queue.remove-empty",
                "DELETE FROM queue_lanes WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND depth = 0",
                [lane.tenant, lane.kind, lane.id]),
        ]
    }

    /// A status settled these messages: a lane that waits to learn what became of one need not wait longer.
    static func settle(_ tenant: TenantID, _ messages: [MessageID]) -> PostgresQuery {
        PostgresQuery(
            "queue.settle",
            """
            UPDATE queue_lanes l
            SET run_at = now()
            FROM queue_jobs j
            WHERE j.tenant_id = $1 AND j.subject_id = ANY ($2) AND j.dead_at IS NULL
              AND l.tenant_id = j.tenant_id AND l.kind = j.kind AND l.lane_id = j.lane_id
              AND l.lease_owner IS NULL AND l.run_at > now()
            """, [tenant, messages])
    }

    /// Makes every lane of a tenant due now that no worker holds: after its channel was started again.
    static func hurry(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "queue.hurry",
            "UPDATE queue_lanes SET run_at = now() WHERE tenant_id = $1 AND lease_owner IS NULL AND run_at > now()", [tenant])
    }
}

/// A lane that this process holds.
struct Lane: Sendable, Hashable {
    var tenant: TenantID
    var kind: String
    var id: UUID
}
