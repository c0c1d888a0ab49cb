import Postgres

/// Runs `body` again when another transaction made the same row first, or moved the person that a row was to belong to: the second
/// time it finds what the other left. So it does when two waited for each other: nothing of the one that PostgreSQL ended is left.
func retryingConflicts<Value: Sendable>(
    attempts: Int = 8, _ body: @Sendable () async throws -> Value
) async throws -> Value {
    for _ in 1..<attempts {
        do {
            return try await body()
        } catch let error as PostgresError where error.isConflict {
            continue
        } catch is PersonMoved {
            continue
        }
    }
    return try await body()
}

/// The person was merged into another contact between the look-up and the lock.
struct PersonMoved: Error {}

extension PostgresError {
    /// Somebody else's row, the lack of one, or somebody else's lock stands in the way; which one shows when looking again.
    var isConflict: Bool {
        sqlState == .uniqueViolation || sqlState == .foreignKeyViolation || isSerializationConflict
    }
}
