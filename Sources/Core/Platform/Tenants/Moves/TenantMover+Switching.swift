import PluginKit
import Postgres

import struct Foundation.Date

/// From the copy to the end: the tenant lives at the target from one commit of the control plane on, and the source is erased.
extension TenantMover {
    func copy(_ move: TenantMove) async throws {
        let (source, target) = (
            try tenants.directory.shard(move.from.shard), try tenants.directory.shard(move.to.shard)
        )
        try await step(move) { tenant, _ in
            let marks = try await target.worker.transactionBatch(
                settings: asTenant(move.tenant), [MovementStore.expect(move, tenant.state), MovementStore.held(move)])
            if marks[1].isEmpty {
                throw PlatformError(.conflict, "The shard \(target.id) has something of the tenant already.")
            }
        }
        try await after(.expected)
        let findings = try await TenantCopy(
            source: source, target: target, move: move, portion: limits.portion
        ).run()
        try await step(move) { _, tx in _ = try await tx.query(TenantMoveStore.copied(move, findings)) }
        try await after(.copied)
        try await step(move) { tenant, tx in
            if ProcessingRule.isOver(tenant.state) {
                throw PlatformError(.conflict, "The contract ended while the tenant was being moved.")
            }
            _ = try await tx.pipeline([
                TenantMoveStore.settle(move), TenantStore.revise(move.tenant), TenantMoveStore.enter(.switched, move),
            ])
            try await enter(
                "move.switched", move,
                before: ["region": .string(move.from.region.rawValue), "shard": .string(move.from.shard.rawValue)],
                after: [
                    "region": .string(move.to.region.rawValue), "shard": .string(move.to.shard.rawValue),
                    "found": findings.json,
                ], tx)
        }
        try await after(.switched)
    }

    // MARK: - After the switch

    func finish(_ move: TenantMove) async throws {
        let (source, target) = (
            try tenants.directory.shard(move.from.shard), try tenants.directory.shard(move.to.shard)
        )
        try await step(move) { tenant, tx in
            // What the control plane says of it now, before anything is let in.
            try await tenants.tellRegion(tenant, (tenant.state, try await TenantService.current(tenant.id, tx)))
            _ = try await target.worker.transactionBatch(
                settings: asTenant(move.tenant), [MovementStore.open(move), QueueStore.hurry(move.tenant)])
        }
        wake(target.id)
        try await after(.opened)
        try await mark(move, source.id, MovementStore.leave(move))
        try await after(.left)
        try await empty(source, move, in: ["left"])
        try await after(.emptied)
        try await certify(move)
    }

    /// Destroys the keys, then removes the rows, in portions: as `TenantErasure` does, and under the same policies.
    /// - Parameter marks: with which the move must still be marked here.
    func empty(_ shard: Shard, _ move: TenantMove, in marks: Set<String>) async throws {
        let tables = try await TenantTables(shard.worker).inOrder.filter { $0.name != "tenant_standing" }
        @Sendable func run(_ statement: PostgresQuery) async throws -> Int {
            let settings = asTenant(move.tenant) + [("statement_timeout", "600s")]
            return try await shard.worker.transaction(settings: settings) { tx in
                // Held until the statement is committed: whoever was overtaken removes nothing of a later move.
                let mark = try await tx.query(MovementStore.held(move)).first?.decode("movement", as: String?.self)
                guard let mark, marks.contains(mark) else { throw TenantCopy.Overtaken() }
                return try await tx.query(statement).affectedRows
            }
        }
        func inPortions(_ statement: (Int) -> PostgresQuery) async throws {
            while try await run(statement(TenantErasure.portion)) == TenantErasure.portion {
                try Task.checkCancellation()
            }
        }
        _ = try await run(ErasureStore.destroyKeys(move.tenant))
        shard.keys.forget(move.tenant)
        try await after(.keysDestroyed)
        for table in tables {
            for column in table.links {
                try await inPortions { ErasureStore.unlink(table, column, move.tenant, $0) }
            }
            try await inPortions { ErasureStore.remove(table, move.tenant, $0) }
        }
    }

    private func certify(_ move: TenantMove) async throws {
        try await step(move) { tenant, tx in
            try await enter("move.finished", move, before: ["state": "switched"], after: ["state": "done"], tx)
            let head = try await tx.query(ErasureStore.head(.tenant(move.tenant)))[0]
            let now = Date()
            let row = try await tx.query(TenantMoveStore.lock(move.tenant, move.id))[0]
            let found = ErasureFindings(try JSON(parsing: Array(row.decode("found", as: String.self).utf8)))
            let text = MoveCertificate.text(
                move, found, finishedAt: now, entry: (try head.decode("sequence"), try head.decode("hash")))
            let certificate = ErasureCertificate(text: text, seal: try await sealer?.seal(Array(text.utf8)))
            _ = try await tx.query(TenantMoveStore.finish(move, at: now, certificate))
        }
    }
}
