import CPQ
import Synchronization

/// Work outside pipeline mode, of which libpq allows one piece at a time: COPY, and scripts of many statements.
struct ExclusiveWork: Sendable {
    let id: UInt64
    /// Called under the lock, at once and again at each event of the socket, until it says it is done, or the
    /// connection breaks.
    let step: @Sendable (_ connection: OpaquePointer) -> Bool
    let completion: @Sendable () -> Void
}

extension Connection {
    /// Runs `step` until it returns something. Cancelling the task cancels what the server does.
    func exclusive<Value: Sendable>(
        _ step: @escaping @Sendable (_ connection: OpaquePointer) -> Result<Value, PostgresError>?
    ) async -> Result<Value, PostgresError> {
        let id = newID()
        let outcome = Outcome<Value>()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let work = ExclusiveWork(
                    id: id,
                    step: { connection in
                        guard let result = step(connection) else { return false }
                        outcome.result.withLock { $0 = result }
                        return true
                    },
                    completion: {
                        let result = outcome.result.withLock { $0 }
                        continuation.resume(returning: result ?? .failure(Connection.lost))
                    })
                begin(work)
            }
        } onCancel: {
            cancelExclusive(id)
        }
        if Task.isCancelled { state.withLock { _ = $0.cancelledEarly.remove(id) } }
        return result
    }

    private final class Outcome<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, PostgresError>?>(nil)
    }

    private func begin(_ work: ExclusiveWork) {
        var after: [@Sendable () -> Void] = []
        state.withLock { state in
            guard let pointer = state.pointer, state.running.isEmpty, state.exclusive == nil,
                state.cancelledEarly.remove(work.id) == nil
            else { return after.append(work.completion) }
            state.lastProgress = .now
            state.exclusive = work
            state.pausesReading = false
            advanceExclusive(pointer, &state, &after)
            flush(&state, &after)
        }
        for action in after { action() }
    }

    func advanceExclusive(_ pointer: OpaquePointer, _ state: inout State, _ after: inout [@Sendable () -> Void]) {
        guard let work = state.exclusive, work.step(pointer) else { return }
        state.exclusive = nil
        if state.cancelsInFlight > 0 {
            state.held.append(work.completion)
        } else {
            after.append(work.completion)
        }
    }

    private func cancelExclusive(_ id: UInt64) {
        let mustSend = state.withLock { state in
            guard state.exclusive?.id == id else {
                state.cancelledEarly.insert(id)
                return false
            }
            state.cancelsInFlight += 1
            return true
        }
        if mustSend { cancelOnServer(id) }
    }

    /// Runs SQL that may hold several statements, by the simple protocol; what it returns is dropped.
    func script(_ query: PostgresQuery) async -> Result<Void, PostgresError> {
        let progress = Mutex((hasBegun: false, error: PostgresError?.none))
        let result = await exclusive { pointer -> Result<Void, PostgresError>? in
            progress.withLock { progress in
                if !progress.hasBegun {
                    progress.hasBegun = true
                    guard PQexitPipelineMode(pointer) == 1, PQsendQuery(pointer, query.sql) == 1 else {
                        return .failure(PostgresError(.misuse, "the connection is busy"))
                    }
                }
                while PQisBusy(pointer) == 0 {
                    guard let result = PQgetResult(pointer) else {
                        _ = PQenterPipelineMode(pointer)
                        return progress.error.map { .failure($0) } ?? .success(())
                    }
                    if progress.error == nil, let report = ServerReport(result) {
                        progress.error = report.error(query.name)
                    }
                    PQclear(result)
                }
                return nil
            }
        }
        return result.mapError { $0.named(query.name) }
    }
}
