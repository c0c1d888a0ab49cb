public import PluginKit
import Postgres

import struct Foundation.Date

/// Returns all of a tenant's data to it, readable by a machine (Art. 20, 28(3)(g) GDPR).
public struct ExportService: Sendable {
    let tenants: TenantService

    /// Checks that it may be returned, counts what is there, and enters who took it. What follows only reads.
    /// - Throws: `.refused` by `ProcessingRule`; `.notFound` when nothing is left; `.unavailable` when the region does not answer.
    public func begin(_ id: TenantID, _ cause: Cause) async throws -> TenantExport {
        let tenant = try await tenants.find(id)
        if tenant.state == .erased { throw PlatformError.notFound("tenant") }
        let shard = try tenants.directory.shard(tenant.shard)
        let export = try await shard.app.transaction(settings: asTenant(id), readOnly: true) { tx in
            try await TenantStanding.requireExport(id, tx)
            return try await tx.pipeline(ExportTable.region.map { $0.count(id) })
        }
        let keys = try await shard.keys.keys(of: id)
        let own = try await tenants.control.pipeline(ExportTable.control.map { $0.count(id) })
        var counts: [(String, Int)] = []
        for (table, rows) in zip(ExportTable.all, own + export) {
            counts.append((table.name, try rows[0].decode("rows")))
        }
        let json = JSON.object(JSONObject(counts.map { ($0.0, .number(String($0.1))) }))
        try await tenants.audit.enter(
            AuditRecord("tenant.exported", .init("tenant", id), cause, after: ["rows": json]), in: .tenant(id))
        return TenantExport(
            tenant: tenant, counts: json, startedAt: Date(), control: tenants.control, shard: shard, keys: keys)
    }
}

extension TenantStanding {
    /// - Throws: the rule's refusal when the tenant's data may not be returned now.
    static func requireExport(_ tenant: TenantID, _ tx: PostgresTransaction) async throws {
        guard let row = try await tx.query(query(tenant)).first else { throw PlatformError.notFound("tenant") }
        let standing = try TenantStanding(row)
        switch ProcessingRule.verdict(
            .export, standing.state, standing.agreement, isMoving: standing.isMoving)
        {
        case .allowed: return
        case .refused(let code): throw PlatformError(Refusal(code))
        case .held, .discarded, .gone, .later: throw PlatformError.notFound("tenant")
        }
    }
}
