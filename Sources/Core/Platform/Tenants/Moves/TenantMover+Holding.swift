import Postgres

/// Until nothing of the tenant can change at the source. What it asks is refused from the first mark on, and its customers' messages are
/// left to the messenger, which repeats them: what is in hand is finished, so that no outcome of a delivery is lost.
extension TenantMover {
    func hold(_ move: TenantMove) async throws {
        let source = try tenants.directory.shard(move.from.shard)
        _ = try tenants.directory.shard(move.to.shard)
        try await mark(move, move.from.shard, MovementStore.pause(move))
        try await after(.paused)
        try await wait(limits.lanes, "Messages in hand were not finished in time.") {
            try await source.worker.transactionBatch(
                settings: asTenant(move.tenant), [MovementStore.lanesInHand(move)])[0].isEmpty
        }
        try await mark(move, move.from.shard, MovementStore.close(move))
        try await after(.closed)
        try await waitForOthers(source)
        try await after(.alone)
        try await step(move) { _, tx in _ = try await tx.query(TenantMoveStore.enter(.copying, move)) }
    }

    /// A statement that began before the mark was committed does not see it. When every transaction that is open now has ended, there is
    /// none left.
    private func waitForOthers(_ source: Shard) async throws {
        let now = try await others(source)
        try await wait(limits.others, "Transactions that were open when the tenant was held did not end in time.") {
            try await others(source).isDisjoint(with: now)
        }
    }

    private func others(_ shard: Shard) async throws -> Set<String> {
        Set(try await shard.worker.query(MovementStore.others).map { try $0.decode("id", as: String.self) })
    }

    private func wait(
        _ limit: Duration, _ sentence: String, until isSo: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + limit
        while try await !isSo() {
            guard ContinuousClock.now < end else { throw PlatformError(.conflict, sentence) }
            try await Task.sleep(for: limits.interval)
        }
    }
}
