import Foundation
import PluginKit
import TestSupport
import Testing

@Suite struct RFC3339Tests {
    static let times: [(String, Double)] = [
        ("1970-01-01T00:00:00Z", 0), ("1969-12-31T23:59:59Z", -1), ("2026-03-01T12:00:00Z", 1_772_366_400),
        ("2026-03-01T12:00:00+01:00", 1_772_362_800), ("2026-03-01T12:00:00+0100", 1_772_362_800),
        ("2026-03-01T12:00:00-05:30", 1_772_386_200), ("2026-03-01T12:00:00-00:00", 1_772_366_400),
        ("2026-03-01T12:00:00.25Z", 1_772_366_400.25), ("2026-03-01T12:00:00.123456789+00:00", 1_772_366_400.123456789),
        ("2024-02-29T00:00:00Z", 1_709_164_800), ("2000-02-29T00:00:00Z", 951_782_400),
        ("2000-01-01T00:00:00Z", 946_684_800),
        ("2016-12-31T23:59:60Z", 1_483_228_800), ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("0001-01-01T00:00:00Z", -62_135_596_800),
    ]

    @Test(arguments: times)
    func `a time is read to the moment it names`(text: String, seconds: Double) {
        #expect(Date(rfc3339: text) == Date(timeIntervalSince1970: seconds))
    }

    @Test(arguments: [
        "", "2026", "2026-03-01", "2026-03-01T12:00", "2026-03-01T12:00Z", "2026-03-01T12:00:00",
        "2026-03-01 12:00:00Z",
        "2026-03-01T12:00:00Z ", " 2026-03-01T12:00:00Z", "2026-03-01T12:00:00Zjunk", "2026-03-01T12:00:00.5Zjunk",
        "2026-03-01T12:00:00+01:00Z",
        "2026-02-29T12:00:00Z", "2026-02-30T12:00:00Z", "1900-02-29T12:00:00Z", "2026-04-31T12:00:00Z",
        "2026-00-01T12:00:00Z",
        "2026-13-01T12:00:00Z", "2026-03-00T12:00:00Z", "2026-03-32T12:00:00Z", "2026-03-01T24:00:00Z",
        "2026-03-01T12:60:00Z",
        "2026-03-01T12:00:61Z", "2026-03-01T12:00:00+24:00", "2026-03-01T12:00:00+01:60", "2026-03-01T12:00:00+1",
        "2026-03-01T12:00:00.Z",
        "2026-03-01T12:00:00,5Z", "2026-03-01T12:00:00.1234567890Z", "26-03-01T12:00:00Z", "12026-03-01T12:00:00Z",
        "-026-03-01T12:00:00Z",
        "2026-3-1T12:00:00Z", "2026-03-01T+2:00:00Z", "2026-03-01T12:00:00z", "20260301T120000Z",
        "１９７０-01-01T00:00:00Z", "1772366400", "now",
    ])
    func `what is not a whole time with a zone, or names a day that never was, is none`(text: String) {
        #expect(Date(rfc3339: text) == nil)
    }

    /// From 1583 on: before, Foundation writes days of the Julian calendar.
    @Test(arguments: 0..<10 as Range<UInt64>)
    func `whatever Foundation writes is read back`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let date = Date(
                timeIntervalSince1970: Double(Int.random(in: -12_212_553_600...253_402_300_799, using: &random)))
            #expect(Date(rfc3339: date.formatted(.iso8601)) == date)
        }
    }
}
