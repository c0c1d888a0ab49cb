/// Rows of values. On a phone each row becomes a card, with the column's title before each value.
struct Table: Component {
    static let template = "table"

    struct Column: Component {
        static let template = "column"

        let title: String
        /// Sorts by this column, or turns the order.
        let sortHref: String?
        /// As `aria-sort` wants it; nil when the rows are not sorted by it.
        let sorted: String?
        let isNumber: Bool
        /// Read out, not shown: for columns of buttons.
        let isHidden: Bool

        init(
            _ title: String, sortHref: String? = nil, sorted: String? = nil, isNumber: Bool = false,
            isHidden: Bool = false
        ) {
            self.title = title
            self.sortHref = sortHref
            self.sorted = sorted
            self.isNumber = isNumber
            self.isHidden = isHidden
        }
    }

    struct Row: Component {
        static let template = "row"

        let cells: [Cell]
    }

    struct Cell: Component {
        static let template = "cell"

        let label: String
        let value: Inline
        let isHead: Bool
        let isNumber: Bool
    }

    let caption: String
    let columns: [Column]
    let rows: [Row]
    let paging: Paging?
    /// Set when a script may hide rows while one types: what the box is called.
    let filterLabel: String?

    /// - Parameter rows: each as long as `columns`; the first value heads its row.
    init(
        _ caption: String, columns: [Column], rows: [[Inline]], paging: Paging? = nil, filterLabel: String? = nil
    ) {
        self.caption = caption
        self.columns = columns
        self.rows = rows.map { row in
            Row(
                cells: zip(columns, row).enumerated().map { index, pair in
                    Cell(
                        label: pair.0.title, value: pair.1, isHead: index == 0, isNumber: pair.0.isNumber)
                })
        }
        self.paging = paging
        self.filterLabel = filterLabel
    }
}

/// Where a listing goes on. Cursors lead forward only, and back to the start.
struct Paging: Component {
    static let template = "paging"

    let firstHref: String?
    let nextHref: String?

    /// Nil when all there is stands on one page.
    init?(first: String?, next: String?) {
        guard first != nil || next != nil else { return nil }
        firstHref = first
        nextHref = next
    }
}
