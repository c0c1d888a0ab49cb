import Postgres

/// Puts back what a move had begun: the tenant lives at the source again at once, then the target is emptied.
extension TenantMover {
    func undo(_ move: TenantMove) async throws {
        let source = try tenants.directory.shard(move.from.shard)
        try await step(move) { _, _ in
            _ = try await source.worker.transactionBatch(
                settings: asTenant(move.tenant), [MovementStore.reopen(move), QueueStore.hurry(move.tenant)])
        }
        wake(source.id)
        let target = try tenants.directory.shard(move.to.shard)
        let mark = try await target.worker.transactionBatch(
            settings: asTenant(move.tenant), [MovementStore.held(move)])[0]
        if !mark.isEmpty {
            try await empty(target, move, in: ["arriving", "arrived"])
            _ = try await target.worker.transactionBatch(
                settings: asTenant(move.tenant), [MovementStore.forget(move)])
        }
        let end: TenantMove.State = move.failure == nil ? .cancelled : .failed
        try await step(move) { _, tx in
            _ = try await tx.query(TenantMoveStore.enter(end, move))
            try await notices.withdraw(move, tx)
            try await enter(
                "move.\(end.rawValue)", move, before: ["state": .string(move.state.rawValue)],
                after: ["state": .string(end.rawValue)], tx)
        }
    }
}
