import Postgres

/// The SQL of a move's marks in a shard, run by `obhut_worker` as the tenant. Each names the move, so that a worker that was overtaken
/// changes nothing.
enum MovementStore {
    /// At the source: nothing new is begun. One that is closed already stays closed.
    static func pause(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "movement.pause",
            """
            UPDATE tenant_standing
            SET movement = CASE WHEN movement = 'leaving' THEN movement ELSE 'pausing' END, movement_id = $2
            WHERE tenant_id = $1 AND (movement IS NULL OR movement_id = $2)
            """, [move.tenant, move.id])
    }

    /// Lanes that a worker still has in hand.
    static func lanesInHand(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "movement.lanes-in-hand",
            """
            SELECT 1 FROM queue_lanes
            WHERE tenant_id = $1 AND lease_owner IS NOT NULL AND lease_until > now()
            LIMIT 1
            """, [move.tenant])
    }

    /// At the source: nothing is written any more.
    static func close(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "movement.close",
            """
            UPDATE tenant_standing
            SET movement = 'leaving'
            WHERE tenant_id = $1 AND movement_id = $2 AND movement IN ('pausing', 'leaving')
            """, [move.tenant, move.id])
    }

    /// Transactions that are open now, of the two roles that can write tenants' rows. The snapshot of each may be older than what was
    /// committed before this statement. A transaction without an id yet counts too: its statement may be about to write. So these are
    /// virtual ids, which each transaction holds a lock on from its begin to its end (PostgreSQL manual, 74.1), and not
    /// `pg_snapshot_xmin`, which knows of those alone that have written already. Those that copy another tenant may last for long, and
    /// write nothing else.
    static let others = PostgresQuery(
        "movement.others",
        """
        SELECT l.virtualxid AS id
        FROM pg_locks l
        JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock' AND l.pid <> pg_backend_pid()
          AND a.datname = current_database() AND a.usename IN ('obhut_app', 'obhut_worker') AND a.application_name <> $1
        """, [copying])

    /// What a transaction that copies a tenant calls itself (`application_name`).
    static let copying = "obhut-move"

    /// At the source: the tenant lives there again.
    static func reopen(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "movement.reopen",
            """
            UPDATE tenant_standing
            SET movement = NULL, movement_id = NULL
            WHERE tenant_id = $1 AND movement_id = $2 AND movement IN ('pausing', 'leaving')
            """, [move.tenant, move.id])
    }

    /// At the source: it lives elsewhere. The row stays: whoever still believes that the tenant is here is told to ask again, instead of
    /// taking it for one that was erased.
    static func leave(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "movement.leave",
            """
            UPDATE tenant_standing
            SET movement = 'left', agreement_state = NULL, covers_special_category = false, covered_flows = NULL
            WHERE tenant_id = $1 AND movement_id = $2 AND movement IN ('leaving', 'left')
            """, [move.tenant, move.id])
    }

    /// At the target: a place to copy to. A tenant that comes back finds the sign that it left behind.
    static func expect(_ move: TenantMove, _ state: TenantState) -> PostgresQuery {
        PostgresQuery(
            "movement.expect",
            """
            INSERT INTO tenant_standing AS s (tenant_id, tenant_state, movement, movement_id)
            VALUES ($1, $3, 'arriving', $2)
            ON CONFLICT (tenant_id) DO UPDATE SET movement = 'arriving', movement_id = excluded.movement_id
            WHERE s.movement = 'left'
            """, [move.tenant, move.id, state])
    }

    /// How far the move is in this shard; whoever asks in a transaction keeps it so until the end.
    static func held(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "movement.held",
            "SELECT movement FROM tenant_standing WHERE tenant_id = $1 AND movement_id = $2 FOR UPDATE",
            [move.tenant, move.id])
    }

    /// At the target: all is there, and the same.
    static func arrive(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "movement.arrive",
            "UPDATE tenant_standing SET movement = 'arrived' WHERE tenant_id = $1 AND movement_id = $2 AND movement = 'arriving'",
            [move.tenant, move.id])
    }

    /// At the target: the tenant lives here.
    static func open(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "movement.open",
            """
            UPDATE tenant_standing
            SET movement = NULL, movement_id = NULL
            WHERE tenant_id = $1 AND movement_id = $2 AND movement = 'arrived'
            """, [move.tenant, move.id])
    }

    /// At the target: nothing of a move that was given up is left.
    static func forget(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "movement.forget",
            "DELETE FROM tenant_standing WHERE tenant_id = $1 AND movement_id = $2 AND movement IN ('arriving', 'arrived')",
            [move.tenant, move.id])
    }
}
