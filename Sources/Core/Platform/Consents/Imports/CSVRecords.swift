import PluginKit

/// Cuts a CSV file (RFC 4180) into records as it comes. The first line decides what separates cells: comma, semicolon or tab.
///
/// A quote that never closes costs its own line and no other: what was taken for its text is read again, line by line.
struct CSVRecords: Sendable {
    enum Item: Sendable, Hashable {
        case record([String], line: Int)
        case fault(String, line: Int)
    }

    private enum Place: Sendable {
        case cellStart, plain, quoted
        /// After a quote within quotes: the end of them, or half of a quote that is meant.
        case quote
    }

    private static let (newline, carriage, mark): (UInt8, UInt8, UInt8) = (0x0A, 0x0D, 0x22)

    private let limit: Int
    /// Bytes that belong to no record yet.
    private var pending: [UInt8] = []
    /// How far they were looked at.
    private var position = 0
    private var place = Place.cellStart
    private var separator: UInt8?
    /// The line on which the pending bytes begin.
    private var line = 1
    /// Line breaks within the record so far.
    private var breaks = 0
    /// Whether the rest of a line that is too long is passed over.
    private var isSkipping = false
    private var unclosed = 0

    init(limit: Int = ConsentImportLimits.line) {
        self.limit = limit
    }

    /// - Returns: the records that are complete now.
    mutating func read(_ piece: some Collection<UInt8>) throws(PlatformError) -> [Item] {
        pending.append(contentsOf: piece)
        return try scan(isLast: false)
    }

    /// - Returns: the last record, when no line break ends it.
    mutating func finish() throws(PlatformError) -> [Item] {
        try scan(isLast: true)
    }

    private mutating func scan(isLast: Bool) throws(PlatformError) -> [Item] {
        var items: [Item] = []
        var start = 0
        guard try decideSeparator(isLast: isLast), let separator else { return [] }
        while true {
            while position < pending.count {
                let byte = pending[position]
                position += 1
                if isSkipping {
                    guard byte == Self.newline else { continue }
                    isSkipping = false
                    begin(at: &start, lines: 1)
                    continue
                }
                if step(byte, separator) {
                    items.append(item(pending[start..<position], separator))
                    begin(at: &start, lines: breaks + 1)
                } else if position - start > limit {
                    items.append(try giveUp(&start))
                }
            }
            guard isLast, start < pending.count, !isSkipping else { break }
            if place == .quoted {
                items.append(try giveUp(&start))
            } else {
                items.append(item(pending[start...], separator))
                start = pending.count
            }
        }
        pending.removeSubrange(..<start)
        position -= start
        return items
    }

    /// - Returns: whether the byte ends a record.
    private mutating func step(_ byte: UInt8, _ separator: UInt8) -> Bool {
        switch (place, byte) {
        case (.quoted, Self.mark): place = .quote
        case (.quoted, Self.newline): breaks += 1
        case (.quoted, _): break
        case (_, Self.newline): return true
        case (.quote, Self.mark): place = .quoted
        case (.cellStart, Self.mark): place = .quoted
        case (_, separator): place = .cellStart
        case (_, _): place = .plain
        }
        return false
    }

    private mutating func begin(at start: inout Int, lines: Int) {
        start = position
        line += lines
        place = .cellStart
        breaks = 0
    }

    /// Takes the record's first line as faulty and looks again at what follows it.
    private mutating func giveUp(_ start: inout Int) throws(PlatformError) -> Item {
        let isQuoted = place == .quoted
        let fault = Item.fault(
            isQuoted
                ? "a quote is opened here that does not close within \(limit) bytes"
                : "the line is longer than \(limit) bytes", line: line)
        unclosed += isQuoted ? 1 : 0
        guard unclosed <= ConsentImportLimits.unclosed else {
            throw PlatformError.invalid(
                "content",
                "there are more than \(ConsentImportLimits.unclosed) quotes that never close, the last on line \(line)")
        }
        if let end = pending[start...].firstIndex(of: Self.newline), end < position {
            position = end + 1
            begin(at: &start, lines: 1)
        } else {
            start = position
            isSkipping = true
        }
        return fault
    }

    /// - Returns: false while the first line is not there yet.
    private mutating func decideSeparator(isLast: Bool) throws(PlatformError) -> Bool {
        guard separator == nil else { return true }
        let end = pending.firstIndex(of: Self.newline)
        guard end != nil || isLast else {
            guard pending.count <= limit else {
                throw PlatformError.invalid("content", "the first line is longer than \(limit) bytes")
            }
            return false
        }
        if pending.starts(with: [0xEF, 0xBB, 0xBF]) { pending.removeFirst(3) }
        let first = pending.prefix { $0 != Self.newline }
        let candidates: [UInt8] = Array(",;\t".utf8)
        separator =
            candidates.max { one, other in
                first.count { $0 == one } < first.count { $0 == other }
            } ?? candidates[0]
        return true
    }

    private func item(_ bytes: ArraySlice<UInt8>, _ separator: UInt8) -> Item {
        var bytes = bytes
        if bytes.last == Self.newline { bytes.removeLast() }
        if bytes.last == Self.carriage { bytes.removeLast() }
        var cells: [[UInt8]] = [[]]
        var place = Place.cellStart
        for byte in bytes {
            switch (place, byte) {
            case (.quoted, Self.mark): place = .quote
            case (.quoted, _): cells[cells.count - 1].append(byte)
            case (.quote, Self.mark):
                place = .quoted
                cells[cells.count - 1].append(byte)
            case (.cellStart, Self.mark): place = .quoted
            case (_, separator):
                place = .cellStart
                cells.append([])
            case (_, _):
                place = .plain
                cells[cells.count - 1].append(byte)
            }
        }
        let texts = cells.compactMap { String(validating: $0, as: UTF8.self) }
        guard texts.count == cells.count else { return .fault("the line is not UTF-8", line: line) }
        return .record(texts, line: line)
    }
}
