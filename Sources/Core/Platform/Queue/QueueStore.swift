import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// The SQL of the queue. A lane is locked by its row from the first statement that touches it until commit, and `depth` counts its
/// jobs in that row, so that a lane that empties and a job that arrives at the same moment cannot miss each other.
enum QueueStore {
    static let delivery = "deliver"
    static let webhook = "webhook"

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
    ///   - owner: a new id a claim; only who names it may go on with the lane, so that a worker that overran its lease cannot.
    ///   - busy: lanes each tenant already occupies here.
    ///   - share: lanes a tenant may occupy here at most.
    static func claim(
        _ kind: String, lease owner: UUID, limit: Int, holding: Duration, busy: [TenantID: Int], share: Int
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
                  -- A tenant that is being moved is left alone; the index holds such tenants only.
                  AND w.tenant_id <> ALL (ARRAY(SELECT tenant_id FROM tenant_standing WHERE movement IS NOT NULL))
            )
            -- By row address, which the locks above hold still: by key, a plan made for few lanes reads all of them.
            UPDATE queue_lanes l
            SET lease_owner = $2, lease_until = now() + $4::bigint * interval '1 millisecond',
                run_at = now() + $4::bigint * interval '1 millisecond'
            WHERE l.ctid = ANY (ARRAY(SELECT row FROM due ORDER BY turn, run_at LIMIT $3))
            RETURNING l.tenant_id, l.lane_id
            """,
            [
                kind, owner, limit, Int(holding.components.seconds) * 1000, busy.keys.map { $0 },
                busy.values.map { $0 }, share,
            ])
    }

    /// Takes the lane's row for this transaction, if the lease is still ours.
    static func hold(_ lane: Lane) -> PostgresQuery {
        PostgresQuery(
            "queue.hold",
            """
            SELECT depth FROM queue_lanes
            WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND lease_owner = $4
            FOR UPDATE
            """, [lane.tenant, lane.kind, lane.id, lane.lease])
    }

    /// Removes a job. Whoever comes second finds nothing to remove and lowers nothing.
    static func complete(_ tenant: TenantID, _ job: some QueuedJob) -> PostgresQuery {
        PostgresQuery(
            "queue.complete",
            """
            WITH gone AS (
                DELETE FROM queue_jobs
                WHERE tenant_id = $1 AND subject_id = $2 AND job_id = $3 AND dead_at IS NULL
                RETURNING kind, lane_id
            )
            \(lower)
            """, [tenant, job.subject, job.id])
    }

    /// Sets a job aside as a dead letter: visible, and no longer in its lane's way.
    static func bury(_ tenant: TenantID, _ job: some QueuedJob, _ fault: ChannelFault) -> PostgresQuery {
        PostgresQuery(
            "queue.bury",
            """
            WITH gone AS (
                UPDATE queue_jobs SET dead_at = now(), fault_code = $4, fault_message = $5
                WHERE tenant_id = $1 AND subject_id = $2 AND job_id = $3 AND dead_at IS NULL
                RETURNING kind, lane_id
            )
            \(lower)
            """, [tenant, job.subject, job.id, fault.code, fault.message])
    }

    /// Takes a job's lane for this transaction: the lane comes before its messages and its jobs, as everywhere. It is found through the
    /// job, which a merge of contacts may have moved.
    static func lockLane(_ tenant: TenantID, _ job: some QueuedJob) -> PostgresQuery {
        PostgresQuery(
            "queue.lock-lane",
            """
            SELECT l.lane_id
            FROM queue_jobs j
            JOIN queue_lanes l ON l.tenant_id = j.tenant_id AND l.kind = j.kind AND l.lane_id = j.lane_id
            WHERE j.tenant_id = $1 AND j.subject_id = $2 AND j.job_id = $3
            FOR UPDATE OF l
            """, [tenant, job.subject, job.id])
    }

    private static let lower = """
        UPDATE queue_lanes l
        SET depth = depth - 1, run_at = CASE WHEN l.lease_owner IS NULL THEN least(l.run_at, now()) ELSE l.run_at END
        FROM gone
        WHERE l.tenant_id = $1 AND l.kind = gone.kind AND l.lane_id = gone.lane_id
        """

    /// Counted as unclear until its outcome is written down: a process that dies in between leaves it so.
    static func attempt(_ tenant: TenantID, _ job: some QueuedJob) -> PostgresQuery {
        PostgresQuery(
            "queue.attempt",
            """
            UPDATE queue_jobs SET attempts = attempts + 1, unclear = unclear + 1, attempted_at = now()
            WHERE tenant_id = $1 AND subject_id = $2 AND job_id = $3
            """, [tenant, job.subject, job.id])
    }

    /// What an attempt left behind that did not end the job.
    enum Remains: Sendable {
        /// The messenger certainly has nothing, and this counts as a failure or not.
        case nothing(isFailure: Bool)
        /// The messenger may have the message.
        case unclear
    }

    static func note(_ tenant: TenantID, _ job: some QueuedJob, _ fault: ChannelFault, _ remains: Remains)
        -> PostgresQuery
    {
        var (failures, certain) = (0, false)
        if case .nothing(let isFailure) = remains { (failures, certain) = (isFailure ? 1 : 0, true) }
        return PostgresQuery(
            "queue.note",
            """
            UPDATE queue_jobs
            SET fault_code = $4, fault_message = $5, failures = failures + $6::bigint,
                unclear = CASE WHEN $7 THEN greatest(unclear - 1, 0) ELSE unclear END,
                attempted_at = CASE WHEN $7 THEN NULL ELSE attempted_at END
            WHERE tenant_id = $1 AND subject_id = $2 AND job_id = $3
            """, [tenant, job.subject, job.id, fault.code, fault.message, failures, certain])
    }

    /// Gives the lane back: due again at `at`, or gone when it is empty.
    static func release(_ lane: Lane, after: Duration) -> [PostgresQuery] {
        [
            PostgresQuery(
                "queue.release",
                """
                UPDATE queue_lanes
                SET lease_owner = NULL, lease_until = NULL, run_at = now() + $5::bigint * interval '1 millisecond'
                WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND lease_owner = $4
                """,
                [
                    lane.tenant, lane.kind, lane.id, lane.lease,
                    Int(after.components.seconds) * 1000 + Int(after.components.attoseconds / 1_000_000_000_000_000),
                ]),
            PostgresQuery(
                "queue.remove-empty",
                "DELETE FROM queue_lanes WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND depth = 0 AND lease_owner IS NULL",
                [lane.tenant, lane.kind, lane.id]),
        ]
    }

    /// A status settled these messages: a lane that waits to learn what became of one need not wait longer. Several lanes are locked in
    /// one order, here and in `hurry`, so that two who want the same ones wait for each other and never in a ring; dialogues before
    /// deliveries, as a dialogue's replies become deliveries.
    static func settle(_ tenant: TenantID, _ messages: [MessageID]) -> PostgresQuery {
        PostgresQuery(
            "queue.settle",
            """
            WITH waiting AS MATERIALIZED (
                SELECT l.kind, l.lane_id
                FROM queue_lanes l
                WHERE l.tenant_id = $1 AND l.lease_owner IS NULL AND l.run_at > now()
                  AND (l.kind, l.lane_id) IN (
                      SELECT j.kind, j.lane_id FROM queue_jobs j
                      WHERE j.tenant_id = $1 AND j.subject_id = ANY ($2) AND j.dead_at IS NULL)
                ORDER BY l.tenant_id, l.kind DESC, l.lane_id
                FOR UPDATE
            )
            UPDATE queue_lanes l
            SET run_at = now()
            FROM waiting w
            WHERE l.tenant_id = $1 AND l.kind = w.kind AND l.lane_id = w.lane_id
            """, [tenant, messages])
    }

    /// Makes every lane of a tenant due now that no worker holds: after its channel was started again.
    static func hurry(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "queue.hurry",
            """
            WITH waiting AS MATERIALIZED (
                SELECT kind, lane_id
                FROM queue_lanes
                WHERE tenant_id = $1 AND lease_owner IS NULL AND run_at > now()
                  AND NOT EXISTS (SELECT FROM tenant_standing WHERE tenant_id = $1 AND movement IS NOT NULL)
                ORDER BY tenant_id, kind DESC, lane_id
                FOR UPDATE
            )
            UPDATE queue_lanes l
            SET run_at = now()
            FROM waiting w
            WHERE l.tenant_id = $1 AND l.kind = w.kind AND l.lane_id = w.lane_id
            """, [tenant])
    }
}

/// A job in hand: what the queue must know of it, whatever it is about.
protocol QueuedJob: Sendable {
    var id: Int64 { get }
    /// What the job's `subject_id` names.
    var subject: UUID { get }
}

/// A lane that this process holds.
struct Lane: Sendable, Hashable {
    var tenant: TenantID
    var kind: String
    var id: UUID
    /// By which claim.
    var lease: UUID
}
