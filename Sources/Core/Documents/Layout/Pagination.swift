/// Decides which lines of which rows stand on which page, and where: a pure rule over heights in points.
///
/// - A row that belongs to the next (a heading) does not end a page.
/// - A row that may be split leaves at least two lines on either side.
/// - A row that may not be split moves to the next page whole. Only when it is higher than a page, it is split all the
///   same.
/// - A table's header stands again above a row that begins a page.
struct Pagination {
    /// What is to be placed: a paragraph, a table's row, a heading.
    struct Row: Hashable {
        /// The heights of the lines; where there are columns, of each line of the highest.
        var lines: [Double]
        /// Distance to what stands above; none at the top of a page.
        var spaceBefore = 0.0
        /// Within the row, above its first line and below its last.
        var padding = Padding()
        var keepsWithNext = false
        var maySplit = true
        var beginsPage = false
        /// Index of the row that is shown again above this one at the top of a page.
        var header: Int?

        struct Padding: Hashable {
            var top = 0.0
            var bottom = 0.0
        }

        var height: Double { lines.reduce(padding.top + padding.bottom, +) }
    }

    struct Placement: Hashable {
        var row: Int
        var lines: Range<Int>
        /// Of the placement's upper edge, from the top of the page's text.
        var y: Double
        var height: Double
        /// A header that stood before already.
        var isRepeated = false
    }

    let rows: [Row]
    let pageHeight: Double
    private var pages: [[Placement]] = [[]]
    private var y = 0.0

    static func pages(_ rows: [Row], pageHeight: Double) -> [[Placement]] {
        var pagination = Pagination(rows: rows, pageHeight: pageHeight)
        for index in rows.indices { pagination.place(index) }
        return pagination.pages
    }

    private init(rows: [Row], pageHeight: Double) {
        self.rows = rows
        self.pageHeight = pageHeight
    }

    private var pageIsEmpty: Bool { pages[pages.count - 1].isEmpty }

    private mutating func place(_ index: Int) {
        let row = rows[index]
        if row.beginsPage, !pageIsEmpty { turnPage() }
        if !pageIsEmpty, y + row.spaceBefore + least(from: index) > pageHeight { turnPage() }
        if pageIsEmpty { repeatHeader(of: row) } else { y += row.spaceBefore }

        var next = 0
        while true {
            let count = linesThatFit(row, from: next)
            add(index, next..<(next + count))
            next += count
            if next >= row.lines.count { return }
            turnPage()
            repeatHeader(of: row)
        }
    }

    private mutating func turnPage() {
        pages.append([])
        y = 0
    }

    private mutating func repeatHeader(of row: Row) {
        guard let header = row.header else { return }
        add(header, rows[header].lines.indices, isRepeated: true)
    }

    private mutating func add(_ index: Int, _ lines: Range<Int>, isRepeated: Bool = false) {
        let row = rows[index]
        var height = row.lines[lines].reduce(0, +)
        if lines.lowerBound == 0 { height += row.padding.top }
        if lines.upperBound == row.lines.count { height += row.padding.bottom }
        pages[pages.count - 1].append(
            Placement(row: index, lines: lines, y: y, height: height, isRepeated: isRepeated))
        y += height
    }

    /// What must fit on the page for the row to begin there, with the rows that it may not be parted from.
    private func least(from start: Int) -> Double {
        var height = 0.0
        var index = start
        // Nothing more is to be known once it does not fit on any page.
        while height <= pageHeight {
            let row = rows[index]
            if index > start { height += row.spaceBefore }
            guard row.keepsWithNext, index + 1 < rows.count, !rows[index + 1].beginsPage else {
                return height + leastOfLast(row)
            }
            height += row.height
            index += 1
        }
        return height
    }

    private func leastOfLast(_ row: Row) -> Double {
        guard row.maySplit, row.lines.count > 3 else { return row.height }
        return row.lines[..<2].reduce(row.padding.top, +)
    }

    /// - Returns: At least 1, so that there is an end also for a line that is higher than a page.
    private func linesThatFit(_ row: Row, from first: Int) -> Int {
        let rest = row.lines[first...]
        var room = pageHeight - y - (first == 0 ? row.padding.top : 0)
        var count = 0
        for (offset, height) in rest.enumerated() {
            let isLast = offset == rest.count - 1
            guard height + (isLast ? row.padding.bottom : 0) <= room + 0.001 else { break }
            room -= height
            count += 1
        }
        // One line alone at the top of the next page would be a widow.
        if rest.count - count == 1, count > 2 { count -= 1 }
        return max(count, min(1, rest.count))
    }
}
