internal import CCurl
internal import Synchronization

/// What other threads hand to curl's thread. Holding the lock is brief everywhere: nothing waits inside.
final class CurlInbox: Sendable {
    /// What curl's thread finds when it looks.
    struct Batch {
        var jobs: [CurlJob] = []
        /// Ids of jobs whose task was cancelled; may name jobs that have ended meanwhile.
        var cancelled: [UInt64] = []
        /// Set once shutting down: what still runs then is aborted.
        var closesAt: ContinuousClock.Instant?
    }

    private struct State {
        var batch = Batch()
        /// `nil` before the start and after the end: nothing is accepted then, nobody may wake it.
        var multi: UnsafeMutableRawPointer?
        var nextID: UInt64 = 0
        var isRetired = false
        var shutdownWaiters: [CheckedContinuation<Void, Never>] = []

        /// curl_multi_wakeup may be called from any thread while the handle lives, which the lock guarantees here.
        func wake() {
            if let multi { curl_multi_wakeup(multi) }
        }
    }

    private let state = Mutex(State())

    /// Begins to accept jobs. `multi` stays the caller's, who calls `detach` before freeing it.
    func open(_ multi: sending UnsafeMutableRawPointer) {
        let address = UInt(bitPattern: multi)
        state.withLock { $0.multi = UnsafeMutableRawPointer(bitPattern: address) }
    }

    func reserveID() -> UInt64 {
        state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
    }

    /// Hands a job over, or ends it at once when the client is closed.
    func submit(_ job: CurlJob) {
        let isAccepted = state.withLock { state in
            guard state.multi != nil, state.batch.closesAt == nil else { return false }
            state.batch.jobs.append(job)
            state.wake()
            return true
        }
        guard !isAccepted else { return }
        job.end(.failure(OutboundError(kind: .shutDown, beforeSending: true, detail: "the client is shut down")))
    }

    /// Asks for a job's abortion; takes effect only on jobs submitted before.
    func cancel(_ id: UInt64) {
        state.withLock { state in
            state.batch.cancelled.append(id)
            state.wake()
        }
    }

    /// Takes what has come in. Jobs come before the cancellations that may name them.
    func take() -> Batch {
        state.withLock { state in
            let batch = state.batch
            state.batch = Batch(closesAt: batch.closesAt)
            return batch
        }
    }

    /// Accepts nothing more; what runs may go on until `deadline`.
    func close(at deadline: ContinuousClock.Instant) {
        state.withLock { state in
            state.batch.closesAt = min(state.batch.closesAt ?? deadline, deadline)
            state.wake()
        }
    }

    /// Returns when curl's thread has freed everything it had.
    func waitUntilRetired() async {
        await withCheckedContinuation { continuation in
            let isRetired = state.withLock { state in
                guard !state.isRetired else { return true }
                state.shutdownWaiters.append(continuation)
                return false
            }
            if isRetired { continuation.resume() }
        }
    }

    /// After this nobody wakes the multi handle any more, so that it can be freed. Returns the jobs that came too late.
    func detach() -> [CurlJob] {
        state.withLock { state in
            state.multi = nil
            defer { state.batch = Batch() }
            return state.batch.jobs
        }
    }

    /// Tells those who wait for the end that it has come. Call it last.
    func retire() {
        let waiters = state.withLock { state in
            state.isRetired = true
            defer { state.shutdownWaiters = [] }
            return state.shutdownWaiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
