extension PostgresClient {
    /// Runs `body` in a transaction and commits it; rolls back when `body` throws.
    ///
    ///     try await client.transaction(settings: [("app.tenant_id", tenant.description)]) { tx in
    ///         try await tx.query(…)
    ///         return try await tx.pipeline([…], commit: true)
    ///     }
    ///
    /// - Parameters:
    ///   - settings: Set for this transaction alone, before its first statement.
    ///   - retries: How often the whole is run again after a serialization failure, a deadlock, or a connection that broke before
    ///     COMMIT was sent. `body` must therefore have no effect outside the transaction that may not happen twice.
    /// - Throws: What `body` throws, or a `PostgresError`; `unclearCommit` when whether it committed is not known.
    public func transaction<Value: Sendable>(
        settings: [(String, String)] = [], isolation: PostgresIsolation = .readCommitted, readOnly: Bool = false,
        retries: Int = 3, _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let opening = opening(isolation, readOnly: readOnly, settings)
        var attempt = 0
        while true {
            let connection = try await borrow("postgres.transaction")
            let transaction = PostgresTransaction(connection, metrics, opening: opening)
            do {
                let value = try await body(transaction)
                try await transaction.finish()
                pool?.release(connection)
                return value
            } catch {
                transaction.end()
                pool?.release(connection)
                let cause = error as? PostgresError ?? transaction.failure
                guard attempt < retries, let cause, cause.asksForRetry, !transaction.mayHaveCommitted, !Task.isCancelled
                else { throw error }
                attempt += 1
                logger.debug(
                    "transaction runs again", metadata: ["reason": "\(cause.message)", "attempt": "\(attempt)"])
                // Those that met each other must not meet again in step.
                let pause = Duration.milliseconds(2) * Double(1 << min(attempt, 6)) * Double.random(in: 0.5..<1.5)
                try await Task.sleep(for: pause)
            }
        }
    }
}

extension PostgresError {
    fileprivate var asksForRetry: Bool {
        isSerializationConflict || isStaleStatement || code == .connectionLost && !mayHaveTakenEffect
    }

    /// A prepared statement is no longer good, as after a migration or a DISCARD.
    var isStaleStatement: Bool {
        sqlState == .invalidStatementName || sqlState == .featureNotSupported && message.hasPrefix("cached plan")
    }
}
