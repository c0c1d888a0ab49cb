import CPQ

/// An error as the server reported it, with every place emptied in which PostgreSQL may put a value.
///
/// The message's own text is kept only where PostgreSQL's source puts names alone into it (constraints, tables, columns, SQL);
/// a data exception (class 22) quotes the value it dislikes, so what is quoted, and all after a colon, is cut. What a
/// function raises itself is not repeated at all. DETAIL, HINT, CONTEXT and the internal query are never kept, but for the names
/// of a key's columns.
struct ServerReport {
    var state: SQLState
    var isFatal: Bool
    var message: String
    var detail: String?
    var constraint: String?
    var schema: String?
    var table: String?
    var column: String?
    var position: Int?

    /// Nil when the result carries no SQLSTATE: then libpq made it up because the connection broke.
    init?(_ result: OpaquePointer) {
        func field(_ code: Int) -> String? {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
        }
        guard let state = field(CPQ_DIAG_SQLSTATE) else { return nil }
        self.state = SQLState(rawValue: state)
        let severity = field(CPQ_DIAG_SEVERITY)
        isFatal = severity == "FATAL" || severity == "PANIC"
        message = Self.withoutValues(field(CPQ_DIAG_MESSAGE_PRIMARY) ?? "", state: self.state)
        detail = field(CPQ_DIAG_MESSAGE_DETAIL).flatMap { Self.keyColumns(ofDetail: $0) }
        constraint = field(CPQ_DIAG_CONSTRAINT_NAME)
        schema = field(CPQ_DIAG_SCHEMA_NAME)
        table = field(CPQ_DIAG_TABLE_NAME)
        column = field(CPQ_DIAG_COLUMN_NAME)
        position = field(CPQ_DIAG_STATEMENT_POSITION).flatMap { Int($0) }
    }

    /// The classes (SQLSTATE's first two characters) whose messages name only what the schema and the SQL name.
    private static let classesNamingNoValue: Set<String> = [
        "08", "0A", "23", "25", "26", "28", "2D", "34", "3B", "3D", "3F", "40", "42", "44", "53", "54", "55", "57",
    ]

    static func withoutValues(_ message: String, state: SQLState) -> String {
        if classesNamingNoValue.contains(state.stateClass) { return message }
        guard state.stateClass == "22" else { return "the server refused the statement" }
        let head = message.prefix { $0 != ":" }
        var kept = ""
        var quoted = false
        for character in head {
            if character == "\"" {
                quoted.toggle()
                kept += quoted ? "\"…" : "\""
            } else if !quoted, !character.isNumber {
                kept.append(character)
            }
        }
        return kept
    }

    /// `Key (a, b)=(1, 2) already exists.` becomes `Key (a, b) already exists.`; any other detail is dropped.
    static func keyColumns(ofDetail detail: String) -> String? {
        guard detail.hasPrefix("Key ("), let end = detail.firstRange(of: ")=(") else { return nil }
        let key = detail[..<end.lowerBound] + ")"
        return detail.hasSuffix(" already exists.") ? "\(key) already exists." : String(key)
    }

    /// A prepared statement whose table changed its shape (`cached plan must not change result type`).
    var isStalePlan: Bool { state == .featureNotSupported && message.hasPrefix("cached plan") }

    func error(_ queryName: String) -> PostgresError {
        var error = PostgresError(.server(state), message, queryName: queryName)
        error.detail = detail
        error.constraint = constraint
        error.schema = schema
        error.table = table
        error.column = column
        error.position = position
        return error
    }
}
