/// What went wrong with a statement, a connection or a row. Its description never holds a parameter's or a row's value.
public struct PostgresError: Error, Sendable {
    public enum Code: Sendable, Hashable {
        /// No connection could be opened.
        case connectionFailed
        /// The connection broke. See `mayHaveTakenEffect`.
        case connectionLost
        /// The connection broke while COMMIT was in flight: whether the transaction took effect is not known.
        case unclearCommit
        /// No connection became free in time.
        case acquisitionTimeout
        /// As many as `maxWaiters` already wait for a connection.
        case tooManyWaiters
        /// The client was closed.
        case closed
        /// The task was cancelled; a running statement was cancelled on the server.
        case cancelled
        /// The server refused the statement.
        case server(SQLState)
        /// A column does not exist, or its value is not of the type asked for.
        case decoding
        /// The statement was used in a way it cannot be, as when a finished transaction gets one more.
        case misuse
        /// The configuration cannot be used.
        case configuration
    }

    public var code: Code
    /// One sentence, without values.
    public var message: String
    /// The name given to the `PostgresQuery` that failed.
    public var queryName: String?
    /// As the server named them; of a `decoding` error, `column` is the one asked for.
    public var constraint: String?
    public var schema: String?
    public var table: String?
    public var column: String?
    /// The server's DETAIL with the values taken out, as `Key (tenant_id, email) already exists.`
    public var detail: String?
    /// The character of the SQL that the server points at, from 1.
    public var position: Int?
    /// The SQLSTATE, also of a connection that the server refused or ended.
    public var sqlState: SQLState?
    /// True when the connection broke so that the statements may have been committed. Never repeat such ones blindly.
    public var mayHaveTakenEffect = false
    /// False when the connection turned out to be broken before anything was sent on it.
    var wasSent = true

    public init(_ code: Code, _ message: String, queryName: String? = nil) {
        self.code = code
        self.message = message
        self.queryName = queryName
        if case .server(let state) = code { sqlState = state }
    }
}

extension PostgresError {
    /// Whether the same may succeed later, without any change by the caller.
    public var isTransient: Bool {
        switch code {
        case .connectionFailed, .connectionLost, .unclearCommit, .acquisitionTimeout, .tooManyWaiters: true
        case .server(let state):
            ["40", "53", "57", "08"].contains(state.stateClass) && state != .queryCanceled || state == .lockNotAvailable
        case .closed, .cancelled, .decoding, .misuse, .configuration: false
        }
    }

    /// Whether the whole transaction (or the statement outside one) certainly left nothing and may be run again.
    public var isRetryable: Bool {
        isTransient && !mayHaveTakenEffect && code != .unclearCommit
    }

    /// Serialization failure or deadlock: PostgreSQL asks for the whole transaction to be run again.
    public var isSerializationConflict: Bool {
        sqlState == .serializationFailure || sqlState == .deadlockDetected
    }

    func named(_ name: String) -> PostgresError {
        var copy = self
        copy.queryName = copy.queryName ?? name
        return copy
    }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        var parts = ["\(label): \(message)"]
        if let queryName { parts.append("query \(queryName)") }
        if let constraint { parts.append("constraint \(constraint)") }
        if let table { parts.append("table \(table)") }
        if let column { parts.append("column \(column)") }
        if let detail { parts.append(detail) }
        if let position { parts.append("at character \(position)") }
        return "PostgresError(\(parts.joined(separator: "; ")))"
    }

    private var label: String {
        if case .server(let state) = code { return "server \(state)" }
        guard let sqlState else { return "\(code)" }
        return "\(code) \(sqlState)"
    }
}
