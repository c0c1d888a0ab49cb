extension PostgresTransaction {
    /// Runs `body` so that its failure undoes what it did, and nothing else of the transaction.
    public func savepoint<Value: Sendable>(
        _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let name = state.withLock { state in
            state.savepoints += 1
            let name = "s\(state.savepoints)"
            state.pending.append(.savepoint(name))
            return name
        }
        do {
            let value = try await body(self)
            state.withLock { $0.pending.append(.release(name)) }
            return value
        } catch {
            await rollBack(to: name)
            throw error
        }
    }

    /// Should this fail, then so does the transaction; the error that led here says more.
    private func rollBack(to name: String) async {
        let mustSend = state.withLock { state in
            guard state.isOpen else { return false }
            if let index = state.pending.firstIndex(where: { $0.sql == PostgresQuery.savepoint(name).sql }) {
                state.pending.removeSubrange(index...)
                return false
            }
            // A cancelled task sends nothing: then these ride with the next statement.
            state.pending = [.rollback(to: name), .release(name)]
            return true
        }
        if mustSend, connection.isUsable { try? await sendPending("postgres.rollback") }
    }
}

extension PostgresQuery {
    fileprivate static func savepoint(_ name: String) -> PostgresQuery {
        control("postgres.savepoint", "SAVEPOINT \(name)")
    }

    fileprivate static func release(_ name: String) -> PostgresQuery {
        control("postgres.release", "RELEASE SAVEPOINT \(name)")
    }

    fileprivate static func rollback(to name: String) -> PostgresQuery {
        control(rollbackName, "ROLLBACK TO SAVEPOINT \(name)")
    }

    private static let rollbackName = "postgres.rollback_to"

    /// Whether its success makes good what failed before it.
    var undoesFailure: Bool { !isPrepared && name == Self.rollbackName }
}
