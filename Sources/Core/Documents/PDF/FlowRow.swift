/// A row of the running text with all that is needed to draw it: a paragraph has one column, a clause has its number and its
/// text, a table's row its cells. Each line of a row stands on one baseline across the columns.
struct FlowRow {
    struct Column {
        var x: Double
        var text: TextLayout
        /// The PDF structure type, e.g. `TD`; nil when the row's own covers all columns.
        var tag: String?
        /// A line to sign on, above the text.
        var ruleAbove: Double?
    }

    /// What several rows are in together: one table, one list.
    struct Group: Hashable {
        var id: Int
        /// The PDF structure type, e.g. `Table`.
        var tag: String
    }

    enum Decoration { case none, tableHeader, tableRow, titleRule }

    var columns: [Column]
    /// The PDF structure type, e.g. `P`, `H1`, `TR`.
    var tag: String
    var group: Group?
    var decoration = Decoration.none
    /// For the PDF's outline: level from 1, and text.
    var bookmark: (level: Int, text: String)?
    var spaceBefore = 0.0
    var padding = Pagination.Row.Padding()
    var keepsWithNext = false
    var maySplit = true
    var beginsPage = false
    var header: Int?

    private struct Line {
        var ascent = 0.0
        var descent = 0.0
        var leading = 0.0

        var height: Double { max(leading, ascent + descent) }
    }

    private func line(_ index: Int) -> Line {
        var line = Line()
        for column in columns where index < column.text.lines.count {
            line.ascent = max(line.ascent, column.text.lines[index].ascent)
            line.descent = max(line.descent, column.text.lines[index].descent)
            line.leading = max(line.leading, column.text.face.leading)
        }
        return line
    }

    var metrics: Pagination.Row {
        let count = columns.map(\.text.lines.count).max() ?? 0
        return Pagination.Row(
            lines: (0..<count).map { line($0).height }, spaceBefore: spaceBefore, padding: padding,
            keepsWithNext: keepsWithNext, maySplit: maySplit, beginsPage: beginsPage, header: header)
    }

    /// - Parameter top: Of the placement, on the page.
    /// - Returns: The baseline of each of these lines.
    func baselines(_ lines: Range<Int>, top: Double) -> [Double] {
        var y = top + (lines.lowerBound == 0 ? padding.top : 0)
        return lines.map { index in
            let line = line(index)
            let baseline = y + (line.height - line.ascent - line.descent) / 2 + line.ascent
            y += line.height
            return baseline
        }
    }
}
