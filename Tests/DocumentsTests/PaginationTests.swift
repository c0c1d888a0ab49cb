import Testing

@testable import Documents

@Suite struct PaginationTests {
    /// Pages of 10 lines of height 1; written as `row:first-last`.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let rows: [Pagination.Row]
        let pages: [String]

        init(_ name: String, _ rows: [Pagination.Row], _ pages: [String]) {
            testDescription = name
            self.rows = rows
            self.pages = pages
        }
    }

    static func row(
        _ lines: Int, before: Double = 0, keeps: Bool = false, splits: Bool = true, begins: Bool = false,
        header: Int? = nil, padding: Pagination.Row.Padding = .init()
    ) -> Pagination.Row {
        Pagination.Row(
            lines: Array(repeating: 1, count: lines), spaceBefore: before, padding: padding, keepsWithNext: keeps,
            maySplit: splits, beginsPage: begins, header: header)
    }

    static let cases: [Case] = [
        Case("nothing is one empty page", [], [""]),
        Case("what fits exactly stays", [row(4), row(6)], ["0:0-3 1:0-5"]),
        Case("a paragraph goes on over the page", [row(7), row(6)], ["0:0-6 1:0-2", "1:3-5"]),
        Case("one line alone does not begin at a page's end", [row(9), row(6)], ["0:0-8", "1:0-5"]),
        Case("one line alone does not end at a page's top", [row(6), row(5)], ["0:0-5 1:0-2", "1:3-4"]),
        Case("three lines stay together", [row(8), row(3)], ["0:0-7", "1:0-2"]),
        Case("a long paragraph fills pages", [row(25)], ["0:0-9", "0:10-19", "0:20-24"]),
        Case("the last line of a full page goes with the widow", [row(21)], ["0:0-9", "0:10-18", "0:19-20"]),
        Case("a heading stays with what follows", [row(8), row(1, keeps: true), row(5)], ["0:0-7", "1:0-0 2:0-4"]),
        Case(
            "two headings stay with what follows", [row(7), row(1, keeps: true), row(1, keeps: true), row(5)],
            ["0:0-6", "1:0-0 2:0-0 3:0-4"]),
        Case("a heading at the very end stays", [row(9), row(1, keeps: true)], ["0:0-8 1:0-0"]),
        Case("space before goes at a page's top", [row(9), row(3, before: 5)], ["0:0-8", "1:0-2"]),
        Case("space before counts", [row(4), row(6, before: 1, splits: false)], ["0:0-3", "1:0-5"]),
        Case("what may not be split moves whole", [row(4), row(7, splits: false)], ["0:0-3", "1:0-6"]),
        Case(
            "what is higher than a page is split all the same", [row(2), row(12, splits: false)],
            ["0:0-1", "1:0-9", "1:10-11"]),
        Case("a page break", [row(2), row(2, begins: true)], ["0:0-1", "1:0-1"]),
        Case("a page break at the start makes no empty page", [row(2, begins: true)], ["0:0-1"]),
        Case(
            "a keeping row before a page break stays", [row(9), row(1, keeps: true), row(5, begins: true)],
            ["0:0-8 1:0-0", "2:0-4"]),
        Case(
            "a header stands again",
            [row(1, keeps: true)] + Array(repeating: row(4, splits: false, header: 0), count: 4),
            ["0:0-0 1:0-3 2:0-3", "*0:0-0 3:0-3 4:0-3"]),
        Case(
            "a header stands again within a row", [row(1, keeps: true), row(12, header: 0)],
            ["0:0-0 1:0-8", "*0:0-0 1:9-11"]),
        Case(
            "a keeping chain longer than a page ends", Array(repeating: row(4, keeps: true), count: 4),
            ["0:0-3", "1:0-3 2:0-3 3:0-1", "3:2-3"]),
        Case(
            "padding counts", [row(8), row(1, padding: .init(top: 0.6, bottom: 0.6)), row(1)], ["0:0-7", "1:0-0 2:0-0"]),
    ]

    @Test(arguments: cases)
    func `rows are placed`(_ test: Case) {
        let pages = Pagination.pages(test.rows, pageHeight: 10).map { page in
            page.map { placement in
                let mark = placement.isRepeated ? "*" : ""
                return "\(mark)\(placement.row):\(placement.lines.lowerBound)-\(placement.lines.upperBound - 1)"
            }.joined(separator: " ")
        }
        #expect(pages == test.pages)
    }

    @Test func `a line higher than a page has a page of its own`() {
        let rows = [Pagination.Row(lines: [30, 1, 30])]
        #expect(Pagination.pages(rows, pageHeight: 10).map { $0.map(\.lines) } == [[0..<1], [1..<2], [2..<3]])
    }

    @Test func `nothing stands below the page, and nothing is lost`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let rows = (0..<40).map { index in
                Self.row(
                    .random(in: 1...9, using: &generator), before: .random(in: 0...2, using: &generator),
                    keeps: .random(using: &generator) && index % 3 == 0, splits: .random(using: &generator))
            }
            let pages = Pagination.pages(rows, pageHeight: 10)
            let placements = pages.flatMap { $0 }
            #expect(placements.allSatisfy { $0.y + $0.height <= 10.001 })
            for (index, row) in rows.enumerated() {
                let lines = placements.filter { $0.row == index }.flatMap { Array($0.lines) }
                #expect(lines == Array(row.lines.indices))
            }
        }
    }
}
