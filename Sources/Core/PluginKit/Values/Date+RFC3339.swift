public import struct Foundation.Date

extension Date {
    /// In UTC with milliseconds: `2026-03-01T12:00:00.000Z`.
    public var rfc3339: String { formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }

    /// Reads a time as RFC 3339 writes it, whole: `2026-03-01T12:00:00Z`, `2026-03-01T12:00:00.250+01:00`.
    ///
    /// Foundation's reader takes 30 February for 2 March and passes over what follows the time. A time that proves a consent must
    /// not be another one than was written.
    /// - Returns: nil for what is no such time, or has no zone.
    public init?(rfc3339 text: String) {
        var reader = Reader(rest: text.utf8[...])
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2, 1...12), reader.take("-"),
            let day = reader.number(2, 1...Self.days(in: month, of: year)), reader.take("T"),
            let hour = reader.number(2, 0...23), reader.take(":"), let minute = reader.number(2, 0...59),
            reader.take(":"),
            // 60 is a leap second (RFC 3339, 5.7); it is the first of the next minute here.
            let second = reader.number(2, 0...60), let fraction = reader.fraction(), let zone = reader.zone(),
            reader.rest.isEmpty
        else { return nil }
        let whole = Self.daysSince1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - zone
        self.init(timeIntervalSince1970: Double(whole) + fraction)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Counted in years that begin in March, so that the leap day comes last.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = month > 2 ? year : year - 1
        let months = (month + 9) % 12
        let leapDays = years / 4 - years / 100 + years / 400
        return years * 365 + leapDays + (months * 153 + 2) / 5 + day - 719_469
    }

    private struct Reader {
        var rest: Substring.UTF8View

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        mutating func number(_ count: Int, _ range: ClosedRange<Int> = 0...9999) -> Int? {
            let digits = rest.prefix(count)
            guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest.removeFirst(count)
            let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            return range.contains(value) ? value : nil
        }

        /// Seconds after the point; 0 when there is none.
        mutating func fraction() -> Double? {
            guard take(".") else { return 0 }
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            rest.removeFirst(digits.count)
            return Double("0.\(Substring(digits))")
        }

        /// Seconds east of UTC. A zone without the colon is ISO 8601 and still plain.
        mutating func zone() -> Int? {
            if take("Z") { return 0 }
            let isWest = take("-")
            guard isWest || take("+"), let hours = number(2, 0...23) else { return nil }
            _ = take(":")
            guard let minutes = number(2, 0...59) else { return nil }
            let seconds = hours * 3_600 + minutes * 60
            return isWest ? -seconds : seconds
        }
    }
}
