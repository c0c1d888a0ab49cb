import Foundation
import Platform
import PluginKit
import Testing

@testable import Server

@Suite struct TextFormTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_772_366_400, "2026-03-01T12:00:00.000Z"),
        (1_772_366_400.25, "2026-03-01T12:00:00.250Z"),
        (-1, "1969-12-31T23:59:59.000Z"), (253_402_300_799, "9999-12-31T23:59:59.000Z"),
    ])
    func `a time is written in UTC with milliseconds, and read back`(seconds: Double, text: String) {
        let date = Date(timeIntervalSince1970: seconds)
        #expect(Timestamp.text(date) == text)
        #expect(Timestamp.date(text) == date)
        #expect(JSON.time(date) == .string(text))
    }

    @Test(arguments: [
        "", "2026-03-01", "2026-02-30T12:00:00Z", "2026-03-01T12:00:00", "2026-03-01T12:00:00Z; drop", "1772366400",
    ])
    func `what is no whole time is none`(text: String) {
        #expect(Timestamp.date(text) == nil)
    }

    @Test func `no time is null`() {
        #expect(JSON.time(nil) == .null)
        #expect(JSON.optional(nil) == .null && JSON.optional("x") == "x")
    }

    @Test func `bytes are written as lower-case hex and read in either case`() {
        let all = (0...255).map { UInt8($0) }
        #expect(Hex.text([]) == "")
        #expect(Hex.text([0x00, 0x0F, 0xF0, 0xFF]) == "000ff0ff")
        #expect(Hex.bytes(Hex.text(all)) == all)
        #expect(Hex.bytes(Hex.text(all).uppercased()) == all)
        #expect(Hex.bytes("") == [])
    }

    @Test(arguments: ["0", "abc", "0g", "0x00", " 00", "00 ", "0-", "+1", "é0", "00\n", "０１", "٠١"])
    func `what is no hex is none`(text: String) {
        #expect(Hex.bytes(text) == nil)
    }

    @Test func `a listing has its items and where it goes on`() {
        #expect(JSON.list(Page(items: [1, 2], next: "c")) { .int($0) } == ["data": [1, 2], "next_cursor": "c"])
        #expect(JSON.list(Page<Int>(items: [], next: nil)) { .int($0) } == ["data": [], "next_cursor": .null])
    }
}
