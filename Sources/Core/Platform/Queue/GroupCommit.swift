public import ServiceLifecycle
import Synchronization

/// Lets requests that arrive at the same moment share one transaction, and so one flush of the write-ahead log.
///
/// While one batch commits, the next gathers by itself: there is no timer and nothing waits for company. A batch that fails as a
/// whole is run again one item at a time, so that one that cannot be stored does not take its neighbours with it.
final class GroupCommit<Item: Sendable, Output: Sendable>: Service {
    typealias Outcome = Result<Output, any Error>

    private struct Waiting {
        var item: Item
        var continuation: CheckedContinuation<Output, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var idle: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let batchLimit: Int
    private let concurrency: Int
    private let waitingLimit: Int
    private let commit: @Sendable ([Item]) async throws -> [Outcome]

    /// - Parameters:
    ///   - batchLimit: items in one transaction at most.
    ///   - concurrency: transactions at once.
    ///   - waitingLimit: items that may wait; one more is told to come later, so that memory stays bounded.
    ///   - commit: one outcome an item, in order; throws when the batch as a whole failed and left nothing.
    init(
        batchLimit: Int = 64, concurrency: Int = 2, waitingLimit: Int = 8192,
        commit: @escaping @Sendable ([Item]) async throws -> [Outcome]
    ) {
        self.batchLimit = batchLimit
        self.concurrency = concurrency
        self.waitingLimit = waitingLimit
        self.commit = commit
    }

    /// Returns when the item is durable.
    func submit(_ item: Item) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            let (refused, wake) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
                if state.isClosed || state.waiting.count >= waitingLimit { return (true, nil) }
                state.waiting.append(Waiting(item: item, continuation: continuation))
                return (false, state.idle.popLast())
            }
            if refused {
                continuation.resume(
                    throwing: PlatformError(
                        .unavailable, "Too much is waiting to be stored.", remedy: "Try again in a second."))
            }
            wake?.resume()
        }
    }

    /// Commits until graceful shutdown or cancellation, then what still waits.
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
            let (batch, isClosed) = state.withLock { state in
                let batch = Array(state.waiting.prefix(batchLimit))
                state.waiting.removeFirst(batch.count)
                return (batch, state.isClosed)
            }
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
                if !state.waiting.isEmpty || state.isClosed { return true }
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
        } catch {
            guard batch.count > 1 else {
                batch[0].continuation.resume(throwing: error)
                return
            }
            for waiting in batch { await settle([waiting]) }
        }
    }
}
