/// What runs statements: a pool, or an open transaction.
public protocol PostgresSession: Sendable {
    /// Runs one statement, in one round trip.
    func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresRows

    /// Runs statements in one round trip, in order. All fail when one fails, with its error: outside a transaction nothing of them
    /// stays.
    ///
    /// - Returns: Each statement's rows, in order.
    func pipeline(_ queries: [PostgresQuery]) async throws(PostgresError) -> [PostgresRows]
}

extension PostgresQuery {
    static let rollback = control("postgres.rollback", "ROLLBACK")
    static let commit = PostgresQuery("postgres.commit", "COMMIT")

    static func begin(_ isolation: PostgresIsolation, readOnly: Bool) -> PostgresQuery {
        control("postgres.begin", "BEGIN ISOLATION LEVEL \(isolation.rawValue)\(readOnly ? " READ ONLY" : "")")
    }

    /// Sets each name for the open transaction alone (`set_config(…, true)`); nil when there is none to set.
    static func set(_ settings: [(String, String)]) -> PostgresQuery? {
        if settings.isEmpty { return nil }
        let calls = settings.indices.map { "set_config($\(2 * $0 + 1), $\(2 * $0 + 2), true)" }
        return PostgresQuery(
            "postgres.settings", "SELECT \(calls.joined(separator: ", "))", settings.flatMap { [$0.0, $0.1] })
    }
}
