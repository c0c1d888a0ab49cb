import Foundation
import Testing

@testable import Platform

@Suite struct CursorTests {
    private static let ids = (0..<3).map { _ in UUID() }

    private static func next(_ listing: String) throws -> String {
        let page = try PageRequest(limit: 2, listing: listing).cut(ids) { $0 }
        #expect(page.items == Array(ids.prefix(2)))
        return try #require(page.next)
    }

    @Test func `a cursor goes on after the last item of the page that gave it out`() throws {
        let cursor = try Self.next("/a\nstate=read")
        #expect(try PageRequest(cursor: cursor, listing: "/a\nstate=read").position() == Self.ids[1])
        #expect(cursor.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        let parts = PageRequest(limit: 1, listing: "/b").cut(["x", "y"]) { [$0, "Straße"] }
        #expect(try PageRequest(cursor: parts.next, listing: "/b").parts(2) == ["x", "Straße"])
    }

    @Test(arguments: ["/b", "/a\nstate=sent", "/a", ""])
    func `another listing, or other filters, do not take it`(listing: String) async throws {
        let page = PageRequest(cursor: try Self.next("/a\nstate=read"), listing: listing)
        await expectError(.invalid, field: "cursor") { try page.position() }
        await expectError(.invalid, field: "cursor") { try page.parts(1) }
    }

    @Test func `what no page gave out is no cursor`() async throws {
        let cursor = try Self.next("/a")
        for wrong in [
            "", "x", "%", cursor + "A", String(cursor.dropLast()), cursor + "=", cursor.uppercased() + "é",
            " " + cursor,
        ] {
            await expectError(.invalid, field: "cursor") { try PageRequest(cursor: wrong, listing: "/a").position() }
        }
        #expect(try PageRequest(listing: "/a").position() == nil)
    }

    @Test(arguments: [(" a b ", "a b"), ("\u{A0}x\n", "x"), (" \t", ""), (" \u{301}", "\u{301}"), ("x", "x")])
    func `white space at the ends is trimmed`(text: String, trimmed: String) { #expect(text.trimmed == trimmed) }
}
