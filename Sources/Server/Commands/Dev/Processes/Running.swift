/// Runs `body` with a companion beside it. An error of the companion cancels `body` and is thrown; when `body` has
/// ended, the companion is cancelled and waited for.
func running<Outcome: Sendable>(
    beside companion: @escaping @Sendable () async throws -> Void,
    _ body: @escaping @Sendable () async throws -> Outcome
) async throws -> Outcome {
    try await withThrowingTaskGroup(of: Outcome?.self) { group in
        defer { group.cancelAll() }
        group.addTask {
            try await companion()
            return nil
        }
        group.addTask { try await body() }
        while let ended = try await group.next() {
            if let outcome = ended { return outcome }
        }
        throw CancellationError()
    }
}
