import Synchronization

/// An open transaction. It is valid inside the closure it was given to.
///
/// BEGIN, the settings and savepoints cost no round trip of their own: they ride with the next statement.
public final class PostgresTransaction: PostgresSession {
    /// What is known of BEGIN.
    enum Opening {
        case unsent
        /// On its way: other statements wait for its answer, as one that ran behind a BEGIN that failed would run outside the
        /// transaction.
        case sent
        /// From now on the server's word on whether a transaction is open is asked before each statement.
        case answered
    }

    /// What became of COMMIT.
    enum Ending {
        case open
        case commitSent
        /// COMMIT was done, or there was nothing to commit.
        case committed
        case commitFailed(PostgresError)
        /// The closure threw: the transaction is rolled back.
        case abandoned
    }

    struct State {
        /// Sent before the next statement.
        var pending: [PostgresQuery]
        var opening = Opening.unsent
        var waitingForBegin: [CheckedContinuation<Void, Never>] = []
        var ending = Ending.open
        var savepoints = 0
        /// The first error that the server holds against the transaction: the reason, should COMMIT be answered by ROLLBACK.
        var failure: PostgresError?

        var isOpen: Bool {
            if case .open = ending { true } else { false }
        }
    }

    /// What came back for statements, without the rows of what rode with them.
    private struct Answer {
        var result: BatchResult
        var wasSent: Bool
    }

    let connection: Connection
    private let metrics: PostgresMetrics
    let state: Mutex<State>

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

    /// - Parameter commit: Ends the transaction with COMMIT in the same round trip. No statement may follow, nor another COMMIT
    ///   should it fail.
    public func pipeline(_ queries: [PostgresQuery], commit: Bool) async throws(PostgresError) -> [PostgresRows] {
        if queries.isEmpty, !commit { return [] }
        let start = ContinuousClock.now
        let name = PostgresQuery.name(of: queries) ?? "postgres.commit"
        let answer = await send(queries, commit: commit, name)
        metrics.record(name, since: start)
        guard commit else { return try answer.result.get() }
        do throws(PostgresError) {
            let rows = try answer.result.get()
            try checkCommitted(rows.last)
            state.withLock { $0.ending = .committed }
            return rows.dropLast()
        } catch {
            state.withLock { state in
                // Not when it was refused because another COMMIT had gone before.
                if answer.wasSent || state.isOpen { state.ending = .commitFailed(error) }
            }
            throw error
        }
    }

    /// Begins, before what cannot ride in a pipeline.
    func sendPending(_ queryName: String) async throws(PostgresError) {
        _ = try await send([], commit: false, queryName).result.get()
        if connection.isOutsideTransaction { throw Self.gone(queryName) }
    }

    private func send(_ queries: [PostgresQuery], commit: Bool, _ name: String) async -> Answer {
        while true {
            if let answer = await sendUnlessBeginning(queries, commit: commit, name) { return answer }
            await waitForBegin()
        }
    }

    /// Nil, and nothing sent, while another task's statement takes BEGIN to the server.
    private func sendUnlessBeginning(_ queries: [PostgresQuery], commit: Bool, _ name: String) async -> Answer? {
        enum Step {
            case mustWait, notSent
            case sent(riders: [PostgresQuery], begins: Bool)
        }
        let step = Mutex(Step.notSent)
        let result = await connection.run { id, completion in
            // Sent under the lock, so that no other task's statement comes between.
            let early: BatchResult? = state.withLock { state in
                if !state.isOpen {
                    return .failure(PostgresError(.misuse, "the transaction has ended", queryName: name))
                }
                if state.opening == .sent {
                    step.withLock { $0 = .mustWait }
                    return .success([])
                }
                let riders = state.pending
                let all = riders + queries + (commit ? [.commit] : [])
                if all.isEmpty { return .success([]) }
                let begins = state.opening == .unsent
                var batch = Batch(all, ending: commit ? .commit : .open)
                batch.needsTransaction = !begins
                guard connection.submit(batch, id: id, completion: completion) else { return nil }
                step.withLock { $0 = .sent(riders: riders, begins: begins) }
                state.pending = []
                if begins { state.opening = .sent }
                if commit { state.ending = .commitSent }
                return nil
            }
            if let early { completion(early) }
        }
        switch step.withLock({ $0 }) {
        case .mustWait: return nil
        case .notSent:
            // Cancelled or misused, the transaction is as good as before; not so when its connection has broken.
            if case .failure(let error) = result, error.code == .connectionLost { note(result, []) }
            return Answer(result: result, wasSent: false)
        case .sent(let riders, let begins):
            if begins { beginAnswered() }
            note(result, riders)
            return Answer(result: result.map { Array($0.dropFirst(riders.count)) }, wasSent: true)
        }
    }

    /// Returns when BEGIN is no longer on its way.
    private func waitForBegin() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard state.opening == .sent else { return false }
                state.waitingForBegin.append(continuation)
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }

    private func beginAnswered() {
        let waiting = state.withLock { state in
            state.opening = .answered
            defer { state.waitingForBegin = [] }
            return state.waitingForBegin
        }
        for continuation in waiting { continuation.resume() }
    }

    private func note(_ result: BatchResult, _ riders: [PostgresQuery]) {
        state.withLock { state in
            switch result {
            case .failure(let error): state.failure = state.failure ?? error
            case .success where riders.contains(where: \.undoesFailure): state.failure = nil
            case .success: break
            }
        }
    }

    /// Remembers what went wrong in `body`, should the closure swallow it.
    func noting<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            note(.failure(error), [])
            throw error
        }
    }

    /// The error that the transaction failed with, if it did, whatever became of it in the closure.
    var failure: PostgresError? { state.withLock { $0.failure } }

    /// There is no transaction where one should be.
    static func gone(_ queryName: String?) -> PostgresError {
        PostgresError(
            .misuse, "no transaction is open: its BEGIN failed, or a statement ended it", queryName: queryName)
    }
}
