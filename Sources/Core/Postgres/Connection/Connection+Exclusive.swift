import CPQ
import Synchronization

/// Work outside pipeline mode, of which libpq allows one piece at a time: COPY, and scripts of many statements.
struct ExclusiveWork: Sendable {
    let id: UInt64
    /// Called under the lock, at once and again at each event of the socket, until it says it is done, or the connection breaks.
    let step: @Sendable (_ connection: OpaquePointer) -> Bool
    /// Called off the lock, with what kept `step` from its end.
    let completion: @Sendable (PostgresError?) -> Void
    /// Leave the socket unread after the end, so that the server waits until more is asked for.
    let pausesAfterwards: Bool
    /// The statement it belongs to is at the server already.
    let isContinuation: Bool
    var isCancelled = false
}

extension Connection {
    /// Runs `step` until it returns something.
    ///
    /// - Parameter isCancellable: Whether cancelling the task cancels what the server does. What puts the connection in order again
    ///   must run in a cancelled task too.
    func exclusive<Value: Sendable>(
        isCancellable: Bool = true, pausesAfterwards: Bool = false, isContinuation: Bool = false,
        _ step: @escaping @Sendable (_ connection: OpaquePointer) -> Result<Value, PostgresError>?
    ) async -> Result<Value, PostgresError> {
        let id = newID()
        let outcome = Outcome<Value>()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                begin(
                    ExclusiveWork(
                        id: id,
                        step: { connection in
                            guard let result = step(connection) else { return false }
                            outcome.result.withLock { $0 = result }
                            return true
                        },
                        completion: { error in
                            let result = outcome.result.withLock { $0 }
                            continuation.resume(returning: result ?? .failure(error ?? Connection.lost))
                        },
                        pausesAfterwards: pausesAfterwards, isContinuation: isContinuation))
            }
        } onCancel: {
            if isCancellable { cancel(id) }
        }
        if Task.isCancelled { state.withLock { _ = $0.cancelledEarly.remove(id) } }
        return result.mapError { error in
            guard Task.isCancelled, error.sqlState == .queryCanceled else { return error }
            return PostgresError(.cancelled, "the statement was cancelled", queryName: error.queryName)
        }
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, PostgresError>?>(nil)
    }

    private func begin(_ work: ExclusiveWork) {
        var after: [@Sendable () -> Void] = []
        state.withLock { state in
            guard let pointer = state.pointer else {
                let error = state.brokenBy ?? Self.lost
                return after.append { work.completion(error) }
            }
            if state.cancelledEarly.remove(work.id) != nil {
                return after.append {
                    work.completion(PostgresError(.cancelled, "the task was cancelled before it sent anything"))
                }
            }
            guard state.running.isEmpty, state.exclusive == nil else {
                return after.append {
                    work.completion(PostgresError(.misuse, "the connection is at work for another statement"))
                }
            }
            state.exclusive = work
            state.pausesReading = false
            advanceExclusive(pointer, &state, &after)
            advanceCancel(&state, &after)
        }
        for action in after { action() }
    }

    /// Lets the work go on, and writes out what it has queued.
    func advanceExclusive(_ pointer: OpaquePointer, _ state: inout State, _ after: inout [@Sendable () -> Void]) {
        step(pointer, &state, &after)
        flush(&state, &after)
        // What it waits for may be the writing just done: no event of the socket would tell.
        guard let pointer = state.pointer, state.exclusive != nil, state.isFlushed else { return }
        step(pointer, &state, &after)
        flush(&state, &after)
    }

    private func step(_ pointer: OpaquePointer, _ state: inout State, _ after: inout [@Sendable () -> Void]) {
        guard let work = state.exclusive, work.step(pointer) else { return }
        state.exclusive = nil
        state.pausesReading = work.pausesAfterwards
        let deliver: @Sendable () -> Void = { work.completion(nil) }
        if state.cancelling.isEmpty {
            after.append(deliver)
        } else {
            state.held.append(deliver)
        }
    }
}

extension Connection {
    /// Runs SQL that may hold several statements, by the simple protocol; what it returns is dropped.
    func script(_ query: PostgresQuery) async -> Result<Int, PostgresError> {
        let exchange = SimpleProtocol(query)
        let result = await exclusive { pointer -> Result<Int, PostgresError>? in
            guard exchange.begin(pointer) else {
                return .failure(PostgresError(.misuse, "the connection is at work for another statement"))
            }
            return exchange.drain(pointer)
        }
        return result.mapError { $0.named(query.name) }
    }
}
