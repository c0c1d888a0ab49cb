import Synchronization

/// An open transaction. It is valid inside the closure it was given to.
///
/// BEGIN, the settings and savepoints cost no round trip of their own: they ride with the next statement.
public final class PostgresTransaction: PostgresSession {
    private struct State {
        /// Sent before the next statement.
        var pending: [PostgresQuery]
        var hasBegun = false
        var isFinished = false
        var savepoints = 0
        /// The last error of a statement.
        var failure: PostgresError?
    }

    let connection: Connection
    private let metrics: PostgresMetrics
    private let state: Mutex<State>

    init(_ connection: Connection, _ metrics: PostgresMetrics, opening: [PostgresQuery]) {
        self.connection = connection
        self.metrics = metrics
        self.state = Mutex(State(pending: opening))
    }

    public func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresRows {
        try await pipeline([query], commit: false)[0]
    }

    public func pipeline(_ queries: [PostgresQuery]) async throws(PostgresError) -> [PostgresRows] {
        try await pipeline(queries, commit: false)
    }

    /// - Parameter commit: Ends the transaction with COMMIT in the same round trip. No statement may follow.
    public func pipeline(_ queries: [PostgresQuery], commit: Bool) async throws(PostgresError) -> [PostgresRows] {
        if queries.isEmpty, !commit { return [] }
        let start = ContinuousClock.now
        let name = queries.first?.name ?? "postgres.commit"
        let prefixCount = Mutex(0)
        let result = await connection.run { id, completion in
            // Sent under the lock, so that a statement sent at the same moment by another task comes after BEGIN.
            state.withLock { state in
                if state.isFinished {
                    let error = PostgresError(.misuse, "the transaction has ended", queryName: name)
                    return completion(.failure(error))
                }
                let prefix = state.pending
                prefixCount.withLock { $0 = prefix.count }
                state.pending = []
                state.hasBegun = true
                state.isFinished = commit
                let batch = Batch(prefix + queries + (commit ? [.commit] : []), ending: commit ? .commit : .open)
                connection.submit(batch, id: id, completion: completion)
            }
        }
        metrics.record(name, since: start)
        do throws(PostgresError) {
            let rows = try result.get()
            if commit { try checkCommitted(rows.last) }
            return Array(rows.dropFirst(prefixCount.withLock { $0 }).prefix(queries.count))
        } catch {
            state.withLock { $0.failure = error }
            throw error
        }
    }

    /// The server answers COMMIT of a failed transaction with ROLLBACK, and no error.
    private func checkCommitted(_ answer: PostgresRows?) throws(PostgresError) {
        guard answer?.result.commandTag == "COMMIT" else {
            throw failure ?? PostgresError(.server(.inFailedTransaction), "the transaction was rolled back")
        }
    }

    /// Runs `body` so that its failure undoes what it did, and nothing else of the transaction.
    public func savepoint<Value: Sendable>(
        _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let name = state.withLock { state in
            state.savepoints += 1
            let name = "s\(state.savepoints)"
            state.pending.append(PostgresQuery("postgres.savepoint", "SAVEPOINT \(name)"))
            return name
        }
        do {
            let value = try await body(self)
            state.withLock { $0.pending.append(PostgresQuery("postgres.release", "RELEASE SAVEPOINT \(name)")) }
            return value
        } catch {
            try await rollBack(to: name)
            throw error
        }
    }

    private func rollBack(to name: String) async throws(PostgresError) {
        let wasSent = state.withLock { state in
            guard let index = state.pending.firstIndex(where: { $0.sql == "SAVEPOINT \(name)" }) else { return true }
            state.pending.removeSubrange(index...)
            return false
        }
        guard wasSent, isUsable else { return }
        state.withLock { state in
            state.pending = []
        }
        _ = try await query(PostgresQuery("postgres.rollback", "ROLLBACK TO SAVEPOINT \(name)"))
    }

    /// Runs SQL that may hold several statements and takes no parameters: a migration's file.
    func script(_ query: PostgresQuery) async throws(PostgresError) {
        try await sendPending(query.name)
        do throws(PostgresError) {
            _ = try await connection.script(query).get()
        } catch {
            state.withLock { $0.failure = error }
            throw error
        }
        if connection.isIdle {
            throw PostgresError(.misuse, "the script ended the transaction itself", queryName: query.name)
        }
    }

    /// Begins, before what cannot ride in a pipeline.
    func sendPending(_ queryName: String) async throws(PostgresError) {
        if state.withLock({ $0.isFinished }) {
            throw PostgresError(.misuse, "the transaction has ended", queryName: queryName)
        }
        let result = await connection.run { id, completion in
            state.withLock { state in
                guard !state.pending.isEmpty else { return completion(.success([])) }
                let batch = Batch(state.pending, ending: .open)
                state.pending = []
                state.hasBegun = true
                connection.submit(batch, id: id, completion: completion)
            }
        }
        _ = try result.get()
    }

    private var isUsable: Bool { connection.isUsable && state.withLock { !$0.isFinished } }

    /// The last error a statement met, whatever became of it in the closure.
    var failure: PostgresError? { state.withLock { $0.failure } }

    /// Ends the transaction after its closure returned: COMMIT, if anything was sent and it is not yet done.
    func finish() async throws(PostgresError) {
        let (hasBegun, isFinished, failure) = state.withLock { ($0.hasBegun, $0.isFinished, $0.failure) }
        if isFinished {
            // The closure asked for COMMIT itself; should that have failed, its caller must not think otherwise.
            if let failure, failure.code != .misuse { throw failure }
            return
        }
        if hasBegun {
            _ = try await pipeline([], commit: true)
        } else {
            state.withLock { $0.isFinished = true }
        }
    }

    /// No statement may be sent any more.
    func end() {
        state.withLock { $0.isFinished = true }
    }
}
