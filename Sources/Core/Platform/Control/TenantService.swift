import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// Tenants and their agreements, in the control plane; what the gate needs of them also in their region.
public struct TenantService: Sendable {
    let control: PostgresClient
    let directory: RegionDirectory

    public func create(name: String, region: RegionID) async throws -> Tenant {
        let name = name.trimmed
        guard (1...200).contains(name.count), !name.utf8.contains(0) else {
            throw PlatformError.invalid("name", "give 1 to 200 characters")
        }
        guard let shard = directory.firstShard(of: region) else {
            let known = directory.regions.keys.sorted().map(\.rawValue).joined(separator: ", ")
            throw PlatformError.invalid("region", "there is no such region here; served are: \(known)")
        }
        let id = TenantID.generate()
        // The region first: a tenant that the control plane knows always has its keys.
        let standing = Self.standing(id, state: .active, agreement: nil, coversSpecialCategory: false)
        _ = try await shard.app.transactionBatch(settings: asTenant(id), [standing] + shard.keys.creation(for: id))
        let rows = try await control.query(
            PostgresQuery(
                "tenants.create",
                """
                INSERT INTO tenants (tenant_id, name, region_id, shard_id, state)
                VALUES ($1, $2, $3, $4, 'active')
                RETURNING tenant_id, name, region_id, shard_id, state, created_at
                """, [id, name, region, shard.id]))
        return try Self.tenant(rows[0])
    }

    public func find(_ id: TenantID) async throws -> Tenant {
        let rows = try await control.query(
            PostgresQuery(
                "tenants.find",
                "SELECT tenant_id, name, region_id, shard_id, state, created_at FROM tenants WHERE tenant_id = $1", [id]
            ))
        guard let row = rows.first else { throw PlatformError.notFound("tenant") }
        return try Self.tenant(row)
    }

    /// Oldest first; ids grow with time.
    public func list(_ page: PageRequest) async throws -> Page<Tenant> {
        let rows = try await control.query(
            PostgresQuery(
                "tenants.list",
                """
                SELECT tenant_id, name, region_id, shard_id, state, created_at
                FROM tenants
                WHERE $1::uuid IS NULL OR tenant_id > $1
                ORDER BY tenant_id
                LIMIT $2
                """, [try page.position(), page.limit + 1]))
        return try page.cut(try rows.map(Self.tenant)) { $0.id.rawValue }
    }

    /// Suspending takes effect with the next decision of the gate, in every process.
    public func setState(_ id: TenantID, _ state: TenantState) async throws -> Tenant {
        let isAllowed: @Sendable (Tenant, PostgresTransaction) async throws -> Void = { tenant, _ in
            guard [.active, .suspended].contains(state), [.active, .suspended].contains(tenant.state) else {
                throw PlatformError(
                    .conflict, "A tenant that is \(tenant.state.rawValue) cannot become \(state.rawValue).",
                    remedy: "Only active and suspended can be exchanged here.")
            }
        }
        let foreseen: Foreseen = { _, agreement in (state, agreement) }
        return try await inBothPlaces(id, isAllowed: isAllowed, foreseen: state == .suspended ? foreseen : nil) { tx in
            let rows = try await tx.query(
                PostgresQuery(
                    "tenants.set-state",
                    """
                    UPDATE tenants SET state = $2, updated_at = now() WHERE tenant_id = $1
                    RETURNING tenant_id, name, region_id, shard_id, state, created_at
                    """, [id, state]))
            return try Self.tenant(rows[0])
        }
    }

    static func tenant(_ row: PostgresRow) throws -> Tenant {
        Tenant(
            id: try row.decode("tenant_id"), name: try row.decode("name"), region: try row.decode("region_id"),
            shard: try row.decode("shard_id"), state: try row.decode("state"), createdAt: try row.decode("created_at"))
    }
}
