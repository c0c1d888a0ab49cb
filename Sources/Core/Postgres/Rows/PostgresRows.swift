/// What a statement returned: its rows, as a collection, and how many rows it touched.
public struct PostgresRows: RandomAccessCollection, Sendable {
    let result: ResultHandle

    init(_ result: ResultHandle) {
        self.result = result
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { result.rowCount }

    public subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < endIndex, "row \(position) of \(endIndex)")
        return PostgresRow(result: result, row: position)
    }

    /// Rows inserted, updated, deleted or selected, as the server counted.
    public var affectedRows: Int { result.affectedRows }

    /// The columns' names, in order.
    public var columns: [String] {
        (0..<result.columnCount).map(result.name(ofColumn:))
    }
}
