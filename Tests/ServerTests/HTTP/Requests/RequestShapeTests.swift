import HTTPTypes
import Hummingbird
import Platform
import Testing

@testable import Server

@Suite struct RequestShapeTests {
    @Test(arguments: [
        ("/api/v1/contacts", true), ("/a%C3%A9", true), ("/é", true), ("/a?b=%F0%9F%99%82", true), ("/%FF", false),
        ("/a?b=%C3", false), ("/a?b=%C3%28", false), ("/%", false), ("/%4", false), ("/%zz", false), ("/%00", false),
        ("/a?b=%00", false), ("/%ED%A0%80", false), ("/%C0%80", false),
    ])
    func `a URL is percent-encoded UTF-8 without U+0000`(url: String, isText: Bool) {
        #expect(RequestShape.isText(url) == isText)
    }

    private func status(_ url: String, _ headers: HTTPFields = [:]) -> Int? {
        do {
            try RequestShape.check(.get(url, headers))
            return nil
        } catch {
            return error.status
        }
    }

    @Test func `what is too long or too much is refused, up to the limit it is not`() {
        let long = String(repeating: "a", count: ServerLimits.url - 1)
        #expect(status("/" + long) == nil && status("/" + long + "a") == 414)
        let pairs = { (count: Int) in "/?" + Array(repeating: "a=1", count: count).joined(separator: "&") }
        #expect(status(pairs(ServerLimits.queryParameters)) == nil)
        #expect(status(pairs(ServerLimits.queryParameters + 1)) == 400)
        var many = HTTPFields()
        for _ in 0..<ServerLimits.headers { many.append(.init(name: .cookie, value: "a")) }
        #expect(status("/", many) == nil)
        many.append(.init(name: .cookie, value: "a"))
        #expect(status("/", many) == 431)
        #expect(status("/", [.userAgent: String(repeating: "a", count: ServerLimits.headerBytes)]) == 431)
    }

    @Test func `what messengers put into a URL is theirs`() { #expect(status("/ingress/x/y?a=%FF") == nil) }

    private static let listing = OperationReference("list", "Lists.", query: .page, answers: .empty(200))

    @Test(arguments: [
        ([("limit", "1"), ("cursor", "x")], []), ([("limt", "1")], ["limt"]),
        ([("limit", "1"), ("limit", "2")], ["limit"]),
        ([("a", ""), ("b", "")], ["a", "b"]), ([("", "")], [""]),
    ])
    func `a query parameter that is not known, or stands twice, is named`(query: [(String, String)], wrong: [String]) {
        var found: [String] = []
        do {
            try Self.listing.check(query.map { (name: $0.0, value: $0.1) })
        } catch let error as PlatformError {
            found = error.fields.map(\.path)
            #expect(error.code == .invalid)
        } catch {
            Issue.record(error)
        }
        #expect(found == wrong)
    }

    @Test func `a route without parameters says so, others say which there are`() throws {
        let bare = OperationReference("read", "Shows.", answers: .empty(200))
        for (reference, sentence) in [(bare, "this route takes none"), (Self.listing, "known are cursor, limit")] {
            let error = #expect(throws: PlatformError.self) { try reference.check([("x", "1")]) }
            #expect(error?.fields.first?.problem.hasSuffix(sentence) == true)
        }
    }
}
