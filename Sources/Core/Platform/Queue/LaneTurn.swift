import Logging
import Postgres

/// One turn of a worker at a lane: its jobs in order, while the lease is ours, until it is empty or has to wait, or others are due.
struct LaneTurn: Sendable {
    /// What to do after a job.
    enum Next: Sendable {
        case goOn
        case pause(Duration)
        /// Somebody else has the lane by now.
        case lost
    }

    let shard: Shard
    let lease: Duration
    /// How many jobs before the lane is given back, so that other lanes get their turn.
    let jobs: Int
    let logger: Logger

    /// - Parameter step: does the first job; nil when there is none.
    func run(_ lane: Lane, _ step: (TenantKeys) async throws -> Next?) async {
        do {
            let keys = try await shard.keys.keys(of: lane.tenant)
            let started = ContinuousClock.now
            for _ in 0..<jobs {
                // The lease must outlast the job that begins now.
                guard ContinuousClock.now - started < lease / 3 else { break }
                guard let next = try await step(keys) else { return try await release(lane, after: .zero) }
                switch next {
                case .goOn: continue
                case .pause(let time): return try await release(lane, after: time)
                case .lost: return
                }
            }
            try await release(lane, after: .zero)
        } catch {
            // The lease ends by itself, and somebody tries again.
            logger.warning(
                "a lane could not be worked on", metadata: ["kind": "\(lane.kind)", "error": "\(error)"])
        }
    }

    private func release(_ lane: Lane, after time: Duration) async throws {
        _ = try await shard.worker.transactionBatch(
            settings: asTenant(lane.tenant), QueueStore.release(lane, after: time))
    }
}
