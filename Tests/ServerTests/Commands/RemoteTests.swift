import Foundation
import Outbound
import Platform
import PluginKit
import Synchronization
import Testing

@testable import Server

@Suite struct RemoteTests {
    // MARK: - Tables

    static let items: [JSON] = [
        ["id": "1", "name": "Käse", "fault": ["code": "a"], "tags": ["x", "y"], "gone": .null],
        ["id": "22", "name": "B", "fault": ["code": "long code"], "tags": [], "is": true],
    ]

    @Test func `columns stand under each other, whatever is in them`() {
        let columns: [Column] = ["id", "name", Column("code", "fault.code"), "tags", "gone", "is", "never"]
        #expect(
            Table.lines(columns, Self.items) == [
                "ID  NAME  CODE       TAGS  GONE  IS   NEVER", "1   Käse  a          x, y  -     -    -",
                "22  B     long code  -     -     yes  -",
            ])
        #expect(Table.lines(["id"], []) == ["ID"])
    }

    @Test func `one thing is shown a member a line, those within others by their path`() {
        #expect(
            Table.lines(of: ["id": "1", "health": ["state": "healthy"], "none": [:]]) == [
                "id            1", "health.state  healthy", "none          {}",
            ])
    }

    @Test(arguments: [
        ("a\u{1B}[2Jb", "a [2Jb"), ("a\nb\tc", "a b c"), ("\u{202E}abc", " abc"), ("x\u{0}", "x "), ("日本", "日本"),
    ]) func `what others typed steers no terminal`(text: String, shown: String) {
        #expect(Table.text(.string(text)) == shown)
    }

    // MARK: - Calls

    /// Answers what it is told, one answer a call, and keeps what was asked.
    private final class Server: OutboundHTTP {
        let asked = Mutex<[OutboundRequest]>([])
        let answers: Mutex<[Result<OutboundResponse, OutboundError>]>

        init(_ answers: (status: Int, json: JSON)...) {
            self.answers = Mutex(answers.map { .success(OutboundResponse(status: $0.status, body: $0.json.encoded())) })
        }

        init(failing error: OutboundError) { answers = Mutex([.failure(error)]) }

        func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
            asked.withLock { $0.append(request) }
            let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            guard let answer else { throw OutboundError(kind: .closed, beforeSending: true) }
            return try answer.get()
        }

        var client: AdminClient { AdminClient(http: self, base: "http://x/admin/v1", token: Secret("oba_secret")) }
        var urls: [String] { asked.withLock { $0.map(\.url) } }
    }

    @Test func `a list is read over all its pages, its cursor escaped`() async throws {
        let server = Server(
            (200, ["data": [1, 2], "next_cursor": "a+/="]), (200, ["data": [3], "next_cursor": .null]))
        var seen: [JSON] = []
        try await server.client.every("tenants", query: [("state", "x y"), ("none", nil)]) { seen.append($0) }
        #expect(seen == [1, 2, 3])
        #expect(
            server.urls == [
                "http://x/admin/v1/tenants?state=x%20y",
                "http://x/admin/v1/tenants?state=x%20y&limit=200&cursor=a%2B%2F%3D",
            ])
    }

    @Test(arguments: [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (9, [1, 2, 3, 4])])
    func `no more is read than is wanted`(limit: Int, expected: [Int]) async throws {
        let server = Server(
            (200, ["data": [1, 2], "next_cursor": "a"]), (200, ["data": [3, 4], "next_cursor": .null]))
        var seen: [Int] = []
        try await server.client.every("tenants", atMost: limit) { seen.append($0.int ?? 0) }
        #expect(seen == expected && server.urls.count == (limit > 2 ? 2 : 1))
    }

    @Test func `a change carries token, body and key, and none of them in the URL`() async throws {
        let server = Server((201, ["id": "1"]))
        _ = try await server.client.call("POST", "tenants", ["name": "x"], key: "k-1")
        let request = server.asked.withLock { $0[0] }
        let headers = Dictionary(request.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        #expect(headers["Authorization"] == "Bearer oba_secret" && headers["Idempotency-Key"] == "k-1")
        #expect(headers["Content-Type"] == "application/json" && request.body == Array(#"{"name":"x"}"#.utf8))
        #expect(request.url == "http://x/admin/v1/tenants")
    }

    @Test(arguments: [
        (400, CommandExit.invalid), (401, .notAllowed), (403, .notAllowed), (404, .notFound), (405, .notFound),
        (409, .conflict), (412, .conflict), (413, .invalid), (415, .invalid), (422, .invalid), (429, .unavailable),
        (500, .unavailable), (503, .unavailable), (302, .invalid),
    ]) func `what the server refuses ends the command by its class, with sentence, remedy and fields`(
        status: Int, exit: CommandExit
    ) async throws {
        let server = Server(
            (
                status,
                [
                    "detail": "It is wrong.", "remedy": "Mend it.", "request_id": "r",
                    "errors": [["path": "name", "problem": "too long"]],
                ]
            ))
        let failure = await #expect(throws: CommandFailure.self) { _ = try await server.client.call("GET", "x") }
        #expect(failure?.exit == exit)
        let lines = ["Error: It is wrong.", "Mend it.", "  name: too long"]
        #expect(failure?.lines == lines + (exit == .unavailable ? ["Request id: r"] : []))
    }

    @Test func `a server that is none, and one that does not answer, are told apart`() async throws {
        let page = Server((200, "<html>"))
        page.answers.withLock { $0 = [.success(OutboundResponse(status: 200, body: Array("<html>".utf8)))] }
        let stranger = await #expect(throws: CommandFailure.self) { _ = try await page.client.call("GET", "x") }
        #expect(stranger?.exit == .unavailable && stranger?.lines[0].contains("no Obhut server") == true)
        let silent = Server(
            failing: OutboundError(kind: .connect, beforeSending: true, origin: "http://x:80", detail: "refused"))
        do {
            _ = try await silent.client.call("GET", "x")
            Issue.record("it must not answer")
        } catch {
            let failure = CommandFailure(error)
            #expect(failure.exit == .unavailable && failure.lines[0] == "Error: http://x:80 gave no answer: refused")
        }
    }

    @Test(arguments: PlatformError.Code.allCases) func `every refusal of the platform has its way to end`(
        code: PlatformError.Code
    ) {
        #expect(CommandExit(code) != .success && CommandExit(code) != .findings)
    }

    // MARK: - Options

    @Test(arguments: [
        (["tenant", "list", "--limit", "0"], "--limit: expected a whole number from 1, found 0"),
        (["dead-letter", "retry", "t"], "give a message's id, or --all"),
        (["dead-letter", "retry", "t", "m", "--all"], "give a message's id, or --all"),
        (["audit", "verify", "--chain", "x"], "expected control or a tenant's id, found x"),
        (["audit", "verify", "--known-seal", "1:ab"], "expected NUMBER:SHA256, found 1:ab"),
        (["audit", "export", "--to", "x", "--since", "monday"], "expected a time such as 2026-03-01T12:00:00Z"),
        (["tenant", "list", "--token", "x"], "Unknown option '--token'"),
    ]) func `a wrong command line is told before anything is done`(words: [String], sentence: String) {
        let error = #expect(throws: (any Error).self) { _ = try Obhut.parseAsRoot(words) }
        #expect(error.map { Obhut.fullMessage(for: $0) }?.contains(sentence) == true)
    }

    @Test(arguments: [[:], ["OBHUT_TOKEN": ""]]) func `without a token nothing is sent`(environment: [String: String])
        throws
    {
        let options = try RemoteOptions.parse([])
        let failure = #expect(throws: CommandFailure.self) { _ = try options.client(environment) }
        #expect(failure?.exit == .notAllowed && failure?.lines[1].contains("OBHUT_TOKEN") == true)
    }

    @Test(
        arguments: [
            ([], [:], "http://127.0.0.1:8080/admin/v1"), ([], ["OBHUT_URL": "https://a/"], "https://a/admin/v1"),
            (["--url", "https://b"], ["OBHUT_URL": "https://a"], "https://b/admin/v1"),
            ([], ["OBHUT_URL": ""], "http://127.0.0.1:8080/admin/v1"),
        ] as [([String], [String: String], String)]) func `the option is stronger than the variable`(
            words: [String], environment: [String: String], base: String
        ) throws
    {
        let options = try RemoteOptions.parse(words)
        let client = try options.client(environment.merging(["OBHUT_TOKEN": "oba_x"]) { $1 })
        #expect(client.base == base)
    }
}
