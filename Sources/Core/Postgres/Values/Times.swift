public import FoundationEssentials

extension Date: PostgresEncodable, PostgresDecodable, PostgresEncodableElement, PostgresDecodableElement {
    public static var postgresType: PostgresType { .timestamptz }
    public static var postgresArrayType: PostgresType { .timestamptzArray }
    public static var postgresExpectation: String { "timestamptz" }

    /// PostgreSQL counts from 2000-01-01, `Date` from 2001-01-01 (2000 was a leap year).
    private static let epochDifference = 366.0 * 86400

    /// Microseconds, the precision PostgreSQL keeps. From `distantFuture` on it is `infinity`, up to `distantPast` `-infinity`.
    public func encode(into buffer: inout PostgresBuffer) {
        let seconds = timeIntervalSinceReferenceDate
        if seconds >= Date.distantFuture.timeIntervalSinceReferenceDate {
            buffer.append(integer: Int64.max)
        } else if seconds <= Date.distantPast.timeIntervalSinceReferenceDate {
            buffer.append(integer: Int64.min)
        } else {
            let microseconds = ((seconds + Self.epochDifference) * 1_000_000).rounded()
            // Not a number: a time that the server refuses as out of range.
            buffer.append(integer: Int64(exactly: microseconds) ?? Int64.max - 1)
        }
    }

    public static func accepts(_ type: PostgresType) -> Bool {
        type == .timestamptz || type == .timestamp || type == .date
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Date? {
        switch (type, bytes.count) {
        case (.timestamptz, 8), (.timestamp, 8):
            let microseconds = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            if microseconds == .max { return .distantFuture }
            if microseconds == .min { return .distantPast }
            return Date(timeIntervalSinceReferenceDate: Double(microseconds) / 1_000_000 - epochDifference)
        case (.date, 4):
            let days = Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))
            if days == .max { return .distantFuture }
            if days == .min { return .distantPast }
            return Date(timeIntervalSinceReferenceDate: Double(days) * 86400 - epochDifference)
        default:
            return nil
        }
    }
}

extension Duration: PostgresEncodable, PostgresDecodable, PostgresEncodableElement, PostgresDecodableElement {
    public static var postgresType: PostgresType { .interval }
    public static var postgresArrayType: PostgresType { .intervalArray }
    public static var postgresExpectation: String { "interval without months" }

    public func encode(into buffer: inout PostgresBuffer) {
        let (seconds, attoseconds) = components
        let (scaled, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (microseconds, isTooMuch) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        buffer.append(integer: isTooLarge || isTooMuch ? (seconds > 0 ? Int64.max : Int64.min) : microseconds)
        buffer.append(integer: Int32(0))
        buffer.append(integer: Int32(0))
    }

    public static func accepts(_ type: PostgresType) -> Bool { type == .interval }

    /// A day counts as 24 hours; an interval with months has no fixed length and is refused.
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Duration? {
        var reader = ByteReader(bytes)
        guard let microseconds = reader.integer(Int64.self), let days = reader.integer(Int32.self),
            let months = reader.integer(Int32.self), months == 0
        else { return nil }
        return .microseconds(microseconds) + .seconds(Int64(days) * 86400)
    }
}
