import Postgres
public import ServiceLifecycle
import Synchronization

/// What waits to share a transaction.
protocol GroupItem: Sendable {
    var tenant: TenantID { get }
    /// How much of a batch it takes up, from 1.
    var weight: Int { get }
}

/// Lets requests that arrive at the same moment share one transaction, and so one flush of the write-ahead log.
///
/// While one batch commits, the next gathers by itself: there is no timer and nothing waits for company. Tenants take turns. A batch that
/// failed for something in one of its items is run again one item at a time, so that this one does not take its neighbours with it.
final class GroupCommit<Item: GroupItem, Output: Sendable>: Service {
    typealias Outcome = Result<Output, any Error>

    private struct Waiting {
        var item: Item
        var continuation: CheckedContinuation<Output, any Error>
    }

    private struct State {
        var line: FairLine<Waiting>
        var idle: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    private let state: Mutex<State>
    private let batchWeight: Int
    private let concurrency: Int
    private let commit: @Sendable ([Item]) async throws -> [Outcome]

    /// - Parameters:
    ///   - batchWeight: weight of one transaction at most.
    ///   - concurrency: transactions at once.
    ///   - tenantLimit: items of one tenant that may wait; one more is told to come later, so that memory stays bounded.
    ///   - limit: the same for all tenants together.
    ///   - commit: one outcome an item, in order; throws when the batch as a whole failed.
    init(
        batchWeight: Int = 64, concurrency: Int = 2, tenantLimit: Int = 2048, limit: Int = 8192,
        commit: @escaping @Sendable ([Item]) async throws -> [Outcome]
    ) {
        state = Mutex(State(line: FairLine(tenantLimit: tenantLimit, limit: limit)))
        self.batchWeight = batchWeight
        self.concurrency = concurrency
        self.commit = commit
    }

    /// How many items wait for a batch.
    var waitingCount: Int { state.withLock { $0.line.count } }

    /// Returns when the item is durable.
    func submit(_ item: Item) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            let (isTaken, wake) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
                let waiting = Waiting(item: item, continuation: continuation)
                guard !state.isClosed, state.line.add(waiting, of: item.tenant, weight: item.weight) else {
                    return (false, nil)
                }
                return (true, state.idle.popLast())
            }
            if !isTaken {
                continuation.resume(
                    throwing: PlatformError(
                        .unavailable, "Too much is waiting to be stored.", remedy: "Try again in a second."))
            }
            wake?.resume()
        }
    }

    /// Commits until shutdown, then what still waits. When cancelled, what waits is told that it was not stored.
    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<concurrency { group.addTask { await self.work() } }
            }
        } onCancelOrGracefulShutdown: {
            self.close()
        }
        close()
    }

    private func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        for worker in idle { worker.resume() }
    }

    private func work() async {
        while true {
            await waitForItems()
            let (batch, isClosed) = state.withLock { ($0.line.take(upTo: batchWeight), $0.isClosed) }
            if batch.isEmpty {
                if isClosed { return }
                continue
            }
            await settle(batch)
        }
    }

    private func waitForItems() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if !state.line.isEmpty || state.isClosed { return true }
                state.idle.append(continuation)
                return false
            }
            if isReady { continuation.resume() }
        }
    }

    private func settle(_ batch: [Waiting]) async {
        do {
            let outcomes = try await commit(batch.map(\.item))
            for (waiting, outcome) in zip(batch, outcomes) { waiting.continuation.resume(with: outcome) }
        } catch  where batch.count > 1 && GroupFault.liesWithItem(error) {
            for waiting in batch { await settle([waiting]) }
        } catch {
            for waiting in batch { waiting.continuation.resume(throwing: error) }
        }
    }
}

enum GroupFault {
    /// Whether something in an item was refused for what it is, so that nothing was stored and the others may do better without it.
    /// Otherwise the database cannot be reached, or whether it committed is not known: what is repeated then may be there twice.
    static func liesWithItem(_ error: any Error) -> Bool {
        // The tenant of one of them is being moved; the others' are not.
        if PlatformError.moving(error) != nil { return true }
        return switch error {
        case let error as PostgresError: ["22", "23"].contains(error.sqlState?.stateClass) || error.code == .decoding
        case is CancellationError, is PersonMoved, is MergeNeeded: false
        case let error as PlatformError: error.code != .unavailable
        default: true
        }
    }
}
