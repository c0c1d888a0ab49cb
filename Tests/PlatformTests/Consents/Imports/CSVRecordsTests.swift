import Testing

@testable import Platform

@Suite struct CSVRecordsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var file: String
        var items: [CSVRecords.Item]

        init(_ description: String, _ file: String, _ items: [CSVRecords.Item]) {
            (testDescription, self.file, self.items) = (description, file, items)
        }
    }

    static let unclosed = "a quote is opened here that does not close within 200 bytes"

    static let cases: [Case] = [
        Case("plain", "a,b\n1,2\n", [.record(["a", "b"], line: 1), .record(["1", "2"], line: 2)]),
        Case(
            "the last line without its end", "a,b\n1,2", [.record(["a", "b"], line: 1), .record(["1", "2"], line: 2)]),
        Case("CR LF", "a,b\r\n1,2\r\n", [.record(["a", "b"], line: 1), .record(["1", "2"], line: 2)]),
        Case("semicolons", "a;b\n1,5;2\n", [.record(["a", "b"], line: 1), .record(["1,5", "2"], line: 2)]),
        Case("tabs", "a\tb\n1\t2;3\n", [.record(["a", "b"], line: 1), .record(["1", "2;3"], line: 2)]),
        Case("a byte order mark", "\u{FEFF}a,b\n", [.record(["a", "b"], line: 1)]),
        Case(
            "quotes", "a,b\n\"1,5\",\"sie sagte \"\"ja\"\"\"\n",
            [.record(["a", "b"], line: 1), .record(["1,5", "sie sagte \"ja\""], line: 2)]),
        Case(
            "a line break within quotes counts as a line", "a,b\n\"eins\nzwei\",2\n3,4\n",
            [.record(["a", "b"], line: 1), .record(["eins\nzwei", "2"], line: 2), .record(["3", "4"], line: 4)]),
        Case(
            "a quote within a cell is itself", "a\n5\" Rohr\n",
            [.record(["a"], line: 1), .record(["5\" Rohr"], line: 2)]),
        Case("an empty line", "a\n\n1\n", [.record(["a"], line: 1), .record([""], line: 2), .record(["1"], line: 3)]),
        Case("empty cells", "a,b\n,\n", [.record(["a", "b"], line: 1), .record(["", ""], line: 2)]),
        Case(
            "a quote that never closes costs its line alone", "a\n\"offen\n1\n2\n",
            [.record(["a"], line: 1), .fault(unclosed, line: 2), .record(["1"], line: 3), .record(["2"], line: 4)]),
        Case(
            "a line that is too long costs itself alone", "a\n" + String(repeating: "x", count: 300) + "\n1\n",
            [
                .record(["a"], line: 1), .fault("the line is longer than 200 bytes", line: 2),
                .record(["1"], line: 3),
            ]),
    ]

    private static func read(_ bytes: [UInt8], pieces sizes: () -> Int) throws -> [CSVRecords.Item] {
        var records = CSVRecords(limit: 200)
        var items: [CSVRecords.Item] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(max(1, sizes()))
            items += try records.read(piece)
            rest = rest.dropFirst(piece.count)
        }
        return items + (try records.finish())
    }

    @Test(arguments: cases) func `a file is cut into records, wherever it is cut itself`(_ example: Case) throws {
        let bytes = Array(example.file.utf8)
        for size in [1, 2, 3, 7, bytes.count] {
            #expect(try Self.read(bytes) { size } == example.items, "pieces of \(size)")
        }
    }

    @Test func `what is no UTF-8 costs its line alone`() throws {
        #expect(
            try Self.read([0x61, 0x0A, 0xFF, 0x0A, 0x31, 0x0A]) { 6 } == [
                .record(["a"], line: 1), .fault("the line is not UTF-8", line: 2), .record(["1"], line: 3),
            ])
    }

    @Test func `a file of quotes that never close is refused whole`() {
        let file = "a\n" + String(repeating: "\"x" + String(repeating: "y", count: 210) + "\n", count: 200)
        #expect(throws: PlatformError.self) { try Self.read(Array(file.utf8)) { 64 } }
    }

    @Test(arguments: 0..<50) func `whatever is written is read as it was written`(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let alphabet = ["a", "ä", "\"", ",", ";", "\t", " ", "\n", "\r\n", "😀", "1"]
        let width = Int.random(in: 1...4, using: &random)
        let rows = (0..<20).map { _ in
            (0..<width).map { _ in
                (0..<Int.random(in: 0...6, using: &random)).map { _ in alphabet.randomElement(using: &random)! }
                    .joined()
            }
        }
        let header = (0..<width).map { "c\($0)" }
        let file = ([header] + rows).map { cells in
            cells.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\n"
        }.joined()
        let items = try Self.read(Array(file.utf8)) { Int.random(in: 1...40, using: &random) }
        #expect(items.map { if case .record(let cells, _) = $0 { cells } else { [] } } == [header] + rows)
    }
}
