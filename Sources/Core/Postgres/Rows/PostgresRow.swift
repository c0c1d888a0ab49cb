/// One row. It holds on to the whole result, so copy out what should outlive it.
public struct PostgresRow: Sendable {
    let result: ResultHandle
    let row: Int

    /// The value of a column, found by its exact name.
    ///
    /// - Throws: `PostgresError` with code `decoding`, naming the query, the column, the type expected and the type found.
    public func decode<Value: PostgresDecodable>(
        _ column: String, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard let index = result.index(ofColumn: column) else {
            throw failure(column, "there is no such column")
        }
        return try decode(at: index, name: column)
    }

    /// The value of a column, by its place from 0.
    public func decode<Value: PostgresDecodable>(
        _ index: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard index >= 0, index < result.columnCount else {
            throw failure("#\(index)", "there are only \(result.columnCount) columns")
        }
        return try decode(at: index, name: nil)
    }

    /// Whether the column is NULL; false when there is no such column.
    public func isNull(_ column: String) -> Bool {
        guard let index = result.index(ofColumn: column) else { return false }
        return result.bytes(row: row, column: index) == nil
    }

    private func decode<Value: PostgresDecodable>(at index: Int, name: String?) throws(PostgresError) -> Value {
        let found = result.type(ofColumn: index)
        guard Value.accepts(found) else {
            throw failure(
                name ?? result.name(ofColumn: index), "expected \(Value.postgresExpectation), found \(found)")
        }
        guard let bytes = result.bytes(row: row, column: index) else {
            if let null = Value.postgresNull { return null }
            throw failure(name ?? result.name(ofColumn: index), "expected \(Value.postgresExpectation), found NULL")
        }
        guard let value = Value.decode(bytes, type: found) else {
            throw failure(
                name ?? result.name(ofColumn: index),
                "expected \(Value.postgresExpectation), found a \(found) that is none")
        }
        return value
    }

    private func failure(_ column: String, _ message: String) -> PostgresError {
        var error = PostgresError(.decoding, message, queryName: result.queryName)
        error.column = column
        return error
    }
}
