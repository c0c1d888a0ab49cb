import Postgres

import struct Foundation.Date

/// The SQL of tenants in the control plane.
enum TenantStore {
    private static let columns = """
        tenant_id, name, region_id, shard_id, state, created_at, revision, state_reason, state_since, terminated_at, erase_after,
        erased_at
        """

    static func create(_ id: TenantID, name: String, _ shard: Shard) -> PostgresQuery {
        PostgresQuery(
            "tenants.create",
            """
            INSERT INTO tenants (tenant_id, name, region_id, shard_id, state)
            VALUES ($1, $2, $3, $4, 'draft')
            RETURNING \(columns)
            """, [id, name, shard.region, shard.id])
    }

    static func find(_ id: TenantID) -> PostgresQuery {
        PostgresQuery("tenants.find", "SELECT \(columns) FROM tenants WHERE tenant_id = $1", [id])
    }

    /// Keeps the tenant's state and agreements as they are until commit.
    static func lock(_ id: TenantID) -> PostgresQuery {
        PostgresQuery("tenants.lock", "SELECT \(columns) FROM tenants WHERE tenant_id = $1 FOR UPDATE", [id])
    }

    /// Ids grow with time, so they stand for the order of creation.
    static func byCreation(_ query: TenantQuery, after: TenantID?, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "tenants.by-creation",
            """
            SELECT \(columns)
            FROM tenants
            WHERE ($1::uuid IS NULL OR tenant_id > $1) AND \(filter)
            ORDER BY tenant_id
            LIMIT $2
            """, [after, limit, query.text, query.state, query.region])
    }

    /// As people look for names: by the rules of Unicode, whatever the case.
    static func byName(_ query: TenantQuery, after: (name: String, id: TenantID)?, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "tenants.by-name",
            """
            SELECT \(columns)
            FROM tenants
            WHERE ($1::uuid IS NULL
                   OR (lower(name COLLATE "und-x-icu"), tenant_id) > (lower($6::text COLLATE "und-x-icu"), $1))
              AND \(filter)
            ORDER BY lower(name COLLATE "und-x-icu"), tenant_id
            LIMIT $2
            """, [after?.id, limit, query.text, query.state, query.region, after?.name])
    }

    private static let filter = """
        ($3::text IS NULL OR position(lower($3 COLLATE "und-x-icu") IN lower(name COLLATE "und-x-icu")) > 0)
              AND ($4::text IS NULL OR state = $4) AND ($5::text IS NULL OR region_id = $5)
        """

    static func rename(_ id: TenantID, _ name: String) -> PostgresQuery {
        PostgresQuery("tenants.rename", "UPDATE tenants SET name = $2 WHERE tenant_id = $1", [id, name])
    }

    /// - Parameter eraseAfter: given when its contract ends.
    static func move(_ id: TenantID, to state: TenantState, reason: String?, eraseAfter: Date? = nil) -> PostgresQuery {
        PostgresQuery(
            "tenants.set-state",
            """
            UPDATE tenants
            SET state = $2, state_reason = $3, state_since = now(),
                terminated_at = CASE WHEN $2 = 'terminated' THEN now() ELSE terminated_at END,
                erase_after = coalesce($4::timestamptz, erase_after),
                erased_at = CASE WHEN $2 = 'erased' THEN now() ELSE erased_at END
            WHERE tenant_id = $1
            """, [id, state, reason, eraseAfter])
    }

    static func eraseAfter(_ id: TenantID, _ date: Date) -> PostgresQuery {
        PostgresQuery("tenants.erase-after", "UPDATE tenants SET erase_after = $2 WHERE tenant_id = $1", [id, date])
    }

    /// The last of a change: counts it, and shows what came of it.
    static func revise(_ id: TenantID) -> PostgresQuery {
        PostgresQuery(
            "tenants.revise",
            """
            UPDATE tenants SET revision = revision + 1, updated_at = now() WHERE tenant_id = $1
            RETURNING \(columns)
            """, [id])
    }

    static func due(_ shard: ShardID) -> PostgresQuery {
        PostgresQuery(
            "tenants.due",
            """
            SELECT tenant_id
            FROM tenants
            WHERE state = 'terminated' AND erase_after <= now() AND shard_id = $1
            ORDER BY erase_after, tenant_id
            """, [shard])
    }

    static func tenant(_ row: PostgresRow) throws -> Tenant {
        Tenant(
            id: try row.decode("tenant_id"), name: try row.decode("name"), region: try row.decode("region_id"),
            shard: try row.decode("shard_id"), state: try row.decode("state"), createdAt: try row.decode("created_at"),
            revision: try row.decode("revision"), stateReason: try row.decode("state_reason"),
            stateSince: try row.decode("state_since"), terminatedAt: try row.decode("terminated_at"),
            eraseAfter: try row.decode("erase_after"), erasedAt: try row.decode("erased_at"))
    }
}
