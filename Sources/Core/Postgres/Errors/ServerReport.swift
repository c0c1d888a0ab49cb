import CPQ

/// An error as the server reported it, with every place emptied in which PostgreSQL may put a value.
///
/// The message's own text is kept only where PostgreSQL's source puts names alone into it (constraints, tables, columns, SQL). A
/// data exception (class 22) quotes the value it dislikes, so what is quoted, and all after a colon, is cut; so does a name that
/// is looked up at run time (`$1::regclass`, `to_tsquery($1)`), which is told from one in the SQL by pointing at no character
/// of it. What a function raises itself is not repeated at all, whichever SQLSTATE it chose. DETAIL, HINT, CONTEXT and the
/// internal query are never kept, but for the names of a key's columns.
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
    ///
    /// - Parameter script: SQL without parameters. What it says itself may be repeated: a person must find the place to mend.
    init?(_ result: OpaquePointer, script: String = "") {
        func field(_ code: Int) -> String? {
            PQresultErrorField(result, Int32(code)).map { String(cString: $0) }
        }
        guard let state = field(CPQ_DIAG_SQLSTATE) else { return nil }
        self.state = SQLState(rawValue: state)
        let severity = field(CPQ_DIAG_SEVERITY)
        isFatal = severity == "FATAL" || severity == "PANIC"
        position = field(CPQ_DIAG_STATEMENT_POSITION).flatMap { Int($0) }
        if field(CPQ_DIAG_SOURCE_FUNCTION) == "exec_stmt_raise" {
            message = Self.refused
        } else {
            let origin: Origin = position != nil ? .sql : field(CPQ_DIAG_CONTEXT) != nil ? .function : .runTime
            message = Self.withoutValues(
                field(CPQ_DIAG_MESSAGE_PRIMARY) ?? "", state: self.state, origin: origin, script: script)
            detail = field(CPQ_DIAG_MESSAGE_DETAIL).flatMap { Self.keyColumns(ofDetail: $0) }
        }
        constraint = field(CPQ_DIAG_CONSTRAINT_NAME)
        schema = field(CPQ_DIAG_SCHEMA_NAME)
        table = field(CPQ_DIAG_TABLE_NAME)
        column = field(CPQ_DIAG_COLUMN_NAME)
    }

    private static let refused = "the server refused the statement"

    /// The classes (SQLSTATE's first two characters) whose messages name only what the schema and the SQL name.
    private static let classesNamingNoValue: Set<String> = [
        "08", "23", "25", "26", "2D", "3B", "40", "44", "53", "55", "57",
    ]

    /// As those, but where the name was looked up at run time.
    private static let classesOfNames: Set<String> = ["0A", "28", "34", "3D", "3F", "42", "54"]

    /// Where the server found what it refuses.
    enum Origin {
        /// In the SQL that was sent.
        case sql
        /// In a statement of a function's own, which may have been put together from values.
        case function
        /// In a value, or in the part of the SQL that is looked at only when it runs.
        case runTime
    }

    static func withoutValues(_ message: String, state: SQLState, origin: Origin, script: String) -> String {
        if classesNamingNoValue.contains(state.stateClass) || state == .insufficientPrivilege { return message }
        if state.stateClass == "22" { return cut(message, keeping: "") }
        guard classesOfNames.contains(state.stateClass) else { return refused }
        if origin == .sql { return message }
        return origin == .function && script.isEmpty ? refused : cut(message, keeping: script)
    }

    /// The message without numbers, all after a colon, and what is quoted, but for words of the script.
    private static func cut(_ message: String, keeping script: String) -> String {
        let head = message.prefix { $0 != ":" }
        let parts = head.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.enumerated().map { index, part in
            if index.isMultiple(of: 2) { return String(part.filter { !$0.isNumber }) }
            return !part.isEmpty && names(part, in: script) ? String(part) : "…"
        }.joined(separator: "\"")
    }

    /// Whether the script has this as a word of its own.
    private static func names(_ word: Substring, in script: String) -> Bool {
        script.ranges(of: word).contains { range in
            let before = script[..<range.lowerBound].last
            let after = script[range.upperBound...].first
            return ![before, after].contains { $0.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false }
        }
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
