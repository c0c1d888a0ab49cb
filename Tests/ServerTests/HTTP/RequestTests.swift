import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import PluginKit
import Testing

@testable import Server

@Suite struct RequestTests {
    @Test(arguments: [
        ("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER a.b-c_d==", "a.b-c_d=="), ("Bearer a b", "a b"),
    ])
    func `a key is what follows Bearer, however that is spelt`(header: String, key: String) throws {
        #expect(try Access.bearer(.get("/", [.authorization: header])) == key)
    }

    @Test(arguments: [
        "", "Bearer", "Bearer ", "Basic YTpi", "abc", "Token abc", "BearerX abc", "\u{212A}earer abc", " Bearer",
    ])
    func `another header is no key, and is not repeated`(header: String) async throws {
        for headers in [[.authorization: header], [:]] as [HTTPFields] {
            do {
                _ = try Access.bearer(.get("/", headers))
                Issue.record("taken for a key")
            } catch {
                let answer = try await Answer(Problem(error).response(requestID: "r", publicURL: ""))
                #expect(answer.status == 401)
                #expect(answer.headers[.wwwAuthenticate] == "Bearer")
                #expect(!answer.text.contains("YTpi"))
            }
        }
    }

    @Test(
        arguments: [("a", true), ("AZaz09._-", true), (String(repeating: "x", count: 64), true)] + [
            ("", false), (String(repeating: "x", count: 65), false), ("a b", false), ("a\nb", false), ("ä", false),
            ("{}", false), ("a/b", false),
        ])
    func `a caller's request id is taken when it is fit for a log line`(id: String, isPlain: Bool) {
        #expect((RequestID.taken(from: id) != nil) == isPlain)
    }

    @Test func `a body is read up to its limit`() async throws {
        #expect(try await Request.get("/", body: "12345").bytes(limit: 5) == Array("12345".utf8))
        await #expect(throws: Problem.self) { try await Request.get("/", body: "123456").bytes(limit: 5) }
        // What is announced as too long is not read at all.
        await #expect(throws: Problem.self) {
            try await Request.get("/", [.contentLength: "6"], body: "1").bytes(limit: 5)
        }
    }

    @Test(arguments: [
        ("", "The body is not JSON: the document is empty, at byte 0."),
        ("[1]", "The body is an array, not an object."),
        ("{\"a\":secret-4711}", "The body is not JSON: unexpected character, at byte 5."),
        ("null", "The body is null, not an object."),
        (String(repeating: "[", count: 40), "The body is not JSON: values are nested too deep, at byte 32."),
    ])
    func `a body that is no object is told by its place, not by its text`(body: String, detail: String) async throws {
        do {
            _ = try await Request.get("/", body: body).object()
            Issue.record("taken")
        } catch {
            #expect(Problem(error).status == 400)
            #expect(Problem(error).detail == detail)
        }
    }

    @Test(arguments: [
        ("", 50, nil), ("?limit=1", 1, nil), ("?limit=200&cursor=abc", 200, "abc"), ("?cursor=a%20b", 50, "a b"),
    ])
    func `a page is read from the query`(query: String, limit: Int, cursor: String?) throws {
        let page = try Request.get("/x\(query)").page()
        #expect(page.limit == limit)
        #expect(page.cursor == cursor)
    }

    @Test(arguments: ["0", "201", "-1", "x", "", "1.5", "99999999999999999999"])
    func `a limit out of range is refused by name`(limit: String) {
        do {
            _ = try Request.get("/x?limit=\(limit)").page()
            Issue.record("taken")
        } catch {
            #expect(Problem(error).fields.map(\.path) == ["limit"])
            #expect(Problem(error).status == 422)
        }
    }
}
