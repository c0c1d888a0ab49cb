/// One statement: its SQL in full, and its parameters, which are never part of the SQL.
///
///     PostgresQuery("contacts.find", "SELECT id, name FROM contacts WHERE id = $1", [id])
public struct PostgresQuery: Sendable {
    /// Names the statement in errors and metrics. Choose from a fixed set; it must hold no data.
    public var name: String
    public var sql: String
    /// For `$1`, `$2`, … in order.
    public var parameters: [any PostgresEncodable]
    /// False for what begins and undoes: it must not fail because a prepared statement is gone, and gains nothing from one.
    var isPrepared = true
    /// Whether it only sets something for those that follow: then a round trip has the name of the next.
    public var isSetting = false

    public init(_ name: String, _ sql: String, _ parameters: [any PostgresEncodable] = []) {
        self.name = name
        self.sql = sql
        self.parameters = parameters
    }

    /// What a round trip of these is called in errors and metrics.
    static func name(of queries: [PostgresQuery]) -> String? {
        (queries.first { !$0.isSetting } ?? queries.first)?.name
    }

    /// A statement about the transaction itself.
    static func control(_ name: String, _ sql: String) -> PostgresQuery {
        var query = PostgresQuery(name, sql)
        query.isPrepared = false
        return query
    }
}
