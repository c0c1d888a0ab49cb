import Logging
public import PluginKit
import Postgres

import struct Foundation.Date

/// Erases a terminated tenant: its keys first, so that whatever is left anywhere cannot be read any more, then every row of every table
/// of its shard, then its routes and keys in the control plane; and writes the certificate.
///
/// Each step is committed for itself and can be repeated. Whoever comes after a crash goes on with what is left; of two who do it at
/// once the second finds nothing to do and gets the same certificate.
public struct TenantErasure: Sendable {
    /// Rows removed by one statement, so that none holds its locks long.
    static let portion = 5000
    /// How long one statement may take: to count a large tenant takes longer than a request may.
    private static let patience = [("statement_timeout", "600s")]

    let tenants: TenantService
    let callers: CallerCache
    let sealer: (any Sealer)?

    private var control: PostgresClient { tenants.control }

    /// - Throws: `.conflict` for a tenant that is not terminated; `.unavailable` when its region is not served here.
    @discardableResult
    public func erase(_ id: TenantID, _ cause: Cause) async throws -> ErasureCertificate {
        let tenant = try await tenants.find(id)
        if tenant.state == .erased { return try await certificate(id) }
        try TenantService.requireTerminated(tenant)
        try await tenants.requireStill(id)
        let shard = try tenants.directory.shard(tenant.shard)
        let tables = try await TenantTables(shard.worker).inOrder
        let (startedAt, findings) = try await begin(tenant, tables, shard)
        try await run(ErasureStore.destroyKeys(id), id, shard)
        shard.keys.forget(id)
        for table in tables {
            for column in table.links { try await inPortions(id, shard) { ErasureStore.unlink(table, column, id, $0) } }
            try await inPortions(id, shard) { ErasureStore.remove(table, id, $0) }
        }
        defer { callers.forget(of: id) }
        return try await finish(tenant, startedAt, findings, cause)
    }

    /// - Throws: `.notFound` when nothing of the tenant was erased yet.
    public func certificate(_ id: TenantID) async throws -> ErasureCertificate {
        _ = try await tenants.find(id)
        guard let row = try await control.query(ErasureStore.find(id)).first,
            let certificate = try ErasureStore.certificate(row)
        else { throw PlatformError.notFound("erasure certificate") }
        return certificate
    }

    /// What is there, as it was counted when the erasure began, be it by a process that died.
    private func begin(
        _ tenant: Tenant, _ tables: [TenantTables.Table], _ shard: Shard
    ) async throws -> (Date, ErasureFindings) {
        if let known = try await begun(tenant.id) { return known }
        let rows = try await shard.worker.transactionBatch(
            settings: asTenant(tenant.id) + Self.patience,
            tables.map { ErasureStore.count($0, tenant.id) } + [ErasureStore.keys(tenant.id)])
        var counts: [String: Int] = [:]
        for (table, row) in zip(tables, rows) { counts[table.name] = try row[0].decode("rows") }
        let keys = try rows[tables.count].map { try $0.decode("key_id", as: String.self) }
        _ = try await control.query(ErasureStore.begin(tenant.id, ErasureFindings(rows: counts, keys: keys)))
        guard let begun = try await begun(tenant.id) else { throw PlatformError.notFound("erasure") }
        return begun
    }

    private func begun(_ id: TenantID) async throws -> (Date, ErasureFindings)? {
        guard let row = try await control.query(ErasureStore.find(id)).first else { return nil }
        let found = try JSON(parsing: Array(row.decode("found", as: String.self).utf8))
        return (try row.decode("started_at"), ErasureFindings(found))
    }

    private func inPortions(
        _ id: TenantID, _ shard: Shard, _ statement: (Int) -> PostgresQuery
    ) async throws {
        while try await run(statement(Self.portion), id, shard) == Self.portion { try Task.checkCancellation() }
    }

    @discardableResult
    private func run(_ statement: PostgresQuery, _ id: TenantID, _ shard: Shard) async throws -> Int {
        try await shard.worker.transactionBatch(settings: asTenant(id) + Self.patience, [statement])[0].affectedRows
    }

    private func finish(
        _ tenant: Tenant, _ startedAt: Date, _ findings: ErasureFindings, _ cause: Cause
    ) async throws -> ErasureCertificate {
        try await control.transaction { tx in
            let held = try await TenantService.lock(tenant.id, tx)
            if held.state == .erased, let row = try await tx.query(ErasureStore.find(tenant.id)).first,
                let certificate = try ErasureStore.certificate(row)
            {
                return certificate
            }
            var removed: [String: Int] = [:]
            for table in ErasureStore.removed {
                removed[table] = try await tx.query(ErasureStore.removeFromControl(table, tenant.id)).affectedRows
            }
            _ = try await tx.pipeline([
                TenantDetailsStore.removePersons(tenant.id),
                TenantStore.move(tenant.id, to: .erased, reason: tenant.stateReason), TenantStore.revise(tenant.id),
            ])
            let chain = AuditChain.tenant(tenant.id)
            try await tenants.audit.enter(
                AuditRecord(
                    "tenant.erased", .init("tenant", tenant.id), cause, before: ["state": "terminated"],
                    after: ["state": "erased", "found": findings.json]), in: chain, tx)
            let head = try await tx.query(ErasureStore.head(chain))[0]
            let now = Date()
            let text = ErasureCertificate.text(
                tenant, findings, removed: removed, startedAt: startedAt, finishedAt: now,
                entry: (try head.decode("sequence"), try head.decode("hash")))
            let certificate = ErasureCertificate(text: text, seal: try await sealer?.seal(Array(text.utf8)))
            _ = try await tx.query(ErasureStore.finish(tenant.id, at: now, certificate))
            return certificate
        }
    }
}
