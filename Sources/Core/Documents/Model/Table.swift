/// Rows under a header. A row that does not fit goes to the next page, where the header stands again.
public struct Table: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        public var title: String
        /// Its share of the width, relative to the other columns' shares.
        public var share: Double

        public init(_ title: String, share: Double = 1) {
            self.title = title
            self.share = share
        }
    }

    public var columns: [Column]
    /// Cells in the order of the columns. Missing ones are empty, further ones are not shown.
    public var rows: [[RichText]]

    public init(columns: [Column], rows: [[RichText]]) {
        self.columns = columns
        self.rows = rows
    }

    /// The row's cells, one for each column.
    func cells(_ row: [RichText]) -> [RichText] {
        columns.indices.map { $0 < row.count ? row[$0] : [] }
    }
}
