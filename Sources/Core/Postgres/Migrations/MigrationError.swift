/// Why migrations were not applied, in one sentence for the person who started them.
public struct MigrationError: Error, Sendable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        case unreadable, badName, edited, missing, outOfOrder, endsTransaction, failed
    }

    public var code: Code
    public var message: String
    /// What the server said, when it refused a migration.
    public var cause: PostgresError?

    init(_ code: Code, _ message: String, cause: PostgresError? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        cause.map { "\(message): \($0)" } ?? message
    }
}
