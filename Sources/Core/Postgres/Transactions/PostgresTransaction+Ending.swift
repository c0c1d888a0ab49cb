extension PostgresTransaction {
    /// Ends the transaction after its closure returned: COMMIT, if anything was sent and it is not yet done.
    func finish() async throws(PostgresError) {
        let ending = state.withLock { state in
            if state.opening == .unsent, state.isOpen { state.ending = .committed }
            return state.ending
        }
        switch ending {
        case .committed, .abandoned: return
        case .open: _ = try await pipeline([], commit: true)
        // The closure asked for COMMIT itself, and its caller must not think that it was done.
        case .commitFailed(let error): throw error
        case .commitSent:
            var error = PostgresError(.misuse, "the closure did not wait for the answer to its COMMIT")
            error.mayHaveTakenEffect = true
            throw error
        }
    }

    /// No statement may be sent any more.
    func end() {
        state.withLock { if $0.isOpen { $0.ending = .abandoned } }
    }

    /// Whether running the closure again might do twice what it does.
    var mayHaveCommitted: Bool {
        switch state.withLock({ $0.ending }) {
        case .open, .abandoned: false
        case .commitSent, .committed: true
        case .commitFailed(let error): error.mayHaveTakenEffect
        }
    }

    /// The server answers COMMIT of a failed transaction with ROLLBACK, and no error.
    func checkCommitted(_ answer: PostgresRows?) throws(PostgresError) {
        guard answer?.result.commandTag == "COMMIT" else {
            throw failure ?? PostgresError(.server(.inFailedTransaction), "the transaction was rolled back")
        }
    }

    /// Runs SQL that may hold several statements and takes no parameters: a migration's file.
    func script(_ query: PostgresQuery) async throws {
        try await sendPending(query.name)
        _ = try await noting { try await connection.script(query).get() }
        if connection.isOutsideTransaction {
            throw PostgresError(.misuse, "the script ended the transaction itself", queryName: query.name)
        }
    }
}
