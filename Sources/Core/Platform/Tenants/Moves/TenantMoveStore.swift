import PluginKit
import Postgres

import struct Foundation.Date

/// The SQL of moves in the control plane.
enum TenantMoveStore {
    private static let columns = """
        tenant_id, move_id, from_region, from_shard, to_region, to_shard, approval_id, state, created_at, held_at, copied_at,
        switched_at, ended_at, cancel_asked_at, failure, found
        """

    /// Once for each approval, however often it is carried out.
    static func plan(_ id: TenantMoveID, _ tenant: Tenant, to place: TenantMove.Place, _ approval: ApprovalID)
        -> PostgresQuery
    {
        PostgresQuery(
            "moves.plan",
            """
            INSERT INTO tenant_moves (tenant_id, move_id, from_region, from_shard, to_region, to_shard, approval_id, state)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'waiting_for_notice')
            ON CONFLICT (approval_id) DO NOTHING
            """, [tenant.id, id, tenant.region, tenant.shard, place.region, place.shard, approval])
    }

    static func find(_ approval: ApprovalID) -> PostgresQuery {
        PostgresQuery(
            "moves.find-approved", "SELECT \(columns) FROM tenant_moves WHERE approval_id = $1", [approval])
    }

    static func latest(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "moves.latest",
            "SELECT \(columns) FROM tenant_moves WHERE tenant_id = $1 ORDER BY move_id DESC LIMIT 1", [tenant])
    }

    /// The tenant's move under way.
    static func open(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "moves.open", "SELECT \(columns) FROM tenant_moves WHERE tenant_id = $1 AND ended_at IS NULL", [tenant])
    }

    static func lock(_ tenant: TenantID, _ id: TenantMoveID) -> PostgresQuery {
        PostgresQuery(
            "moves.lock",
            "SELECT \(columns) FROM tenant_moves WHERE tenant_id = $1 AND move_id = $2 FOR UPDATE", [tenant, id])
    }

    /// All that are under way, the oldest first.
    static let underWay = PostgresQuery(
        "moves.under-way",
        "SELECT \(columns) FROM tenant_moves WHERE ended_at IS NULL ORDER BY move_id")

    /// One process at a time moves a tenant; the lock ends with its transaction, and so with its process.
    static func claim(_ id: TenantMoveID) -> PostgresQuery {
        PostgresQuery(
            "moves.claim", "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS is_mine", ["obhut.move/\(id)"])
    }

    /// Goes on to a state; the times are those of the first time it came there.
    static func enter(_ state: TenantMove.State, _ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "moves.enter",
            """
            UPDATE tenant_moves
            SET state = $3,
                held_at = CASE WHEN $3 = 'holding' THEN coalesce(held_at, now()) ELSE held_at END,
                switched_at = CASE WHEN $3 = 'switched' THEN coalesce(switched_at, now()) ELSE switched_at END,
                ended_at = CASE WHEN $3 IN ('cancelled', 'failed') THEN now() ELSE ended_at END
            WHERE tenant_id = $1 AND move_id = $2
            """, [move.tenant, move.id, state.rawValue])
    }

    static func copied(_ move: TenantMove, _ findings: ErasureFindings) -> PostgresQuery {
        PostgresQuery(
            "moves.copied",
            "UPDATE tenant_moves SET copied_at = coalesce(copied_at, now()), found = $3 WHERE tenant_id = $1 AND move_id = $2",
            [move.tenant, move.id, findings.json.text])
    }

    static func cancel(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "moves.cancel",
            """
            UPDATE tenant_moves
            SET cancel_asked_at = coalesce(cancel_asked_at, now())
            WHERE tenant_id = $1 AND move_id = $2
            RETURNING \(columns)
            """, [move.tenant, move.id])
    }

    static func fail(_ move: TenantMove, _ failure: String) -> PostgresQuery {
        PostgresQuery(
            "moves.fail", "UPDATE tenant_moves SET failure = $3 WHERE tenant_id = $1 AND move_id = $2",
            [move.tenant, move.id, failure])
    }

    static func finish(_ move: TenantMove, at date: Date, _ certificate: ErasureCertificate) -> PostgresQuery {
        PostgresQuery(
            "moves.finish",
            """
            UPDATE tenant_moves
            SET state = 'done', ended_at = $3, certificate = $4, seal = $5
            WHERE tenant_id = $1 AND move_id = $2
            """, [move.tenant, move.id, date, certificate.text, certificate.seal])
    }

    /// Of its last move that came to its end.
    static func certificate(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "moves.certificate",
            """
            SELECT certificate, seal
            FROM tenant_moves
            WHERE tenant_id = $1 AND state = 'done'
            ORDER BY move_id DESC
            LIMIT 1
            """, [tenant])
    }

    /// From here on the tenant lives at the other place: whoever looks up its routes or its keys is led there.
    static func settle(_ move: TenantMove) -> PostgresQuery {
        PostgresQuery(
            "moves.settle", "UPDATE tenants SET region_id = $2, shard_id = $3 WHERE tenant_id = $1",
            [move.tenant, move.to.region, move.to.shard])
    }

    static func move(_ row: PostgresRow) throws -> TenantMove {
        guard let state = TenantMove.State(rawValue: try row.decode("state")) else {
            throw PlatformError(.unavailable, "A move has a state that this version does not know.")
        }
        let found = try row.decode("found", as: String?.self).map { try JSON(parsing: Array($0.utf8)) }
        return TenantMove(
            id: try row.decode("move_id"), tenant: try row.decode("tenant_id"),
            from: .init(region: try row.decode("from_region"), shard: try row.decode("from_shard")),
            to: .init(region: try row.decode("to_region"), shard: try row.decode("to_shard")),
            approval: try row.decode("approval_id"), state: state, createdAt: try row.decode("created_at"),
            heldAt: try row.decode("held_at"), copiedAt: try row.decode("copied_at"),
            switchedAt: try row.decode("switched_at"), endedAt: try row.decode("ended_at"),
            cancelAskedAt: try row.decode("cancel_asked_at"), failure: try row.decode("failure"),
            rows: found.map { ErasureFindings($0).rows })
    }
}
