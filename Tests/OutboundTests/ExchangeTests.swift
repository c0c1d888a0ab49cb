import TestSupport
import Testing

@testable import Outbound

@Suite("Requests and responses", .timeLimit(.minutes(5)))
struct ExchangeTests {
    @Test(
        "method, headers and body arrive as given",
        arguments: [
            ("GET", nil), ("POST", "hello"), ("POST", nil), ("PUT", "x"), ("PATCH", "x"), ("DELETE", nil),
            ("DELETE", "why"), ("GET", "query"), ("OPTIONS", nil), ("POST", ""),
        ] as [(String, String?)])
    func requestArrivesAsGiven(method: String, body: String?) async throws {
        let server = try TestServer(status: "201 Created", headers: ["X-A: 1", "x-a: 2"], body: "done")
        let response = try await withClient { client in
            try await client.send(
                OutboundRequest(
                    method: method, url: "\(server.url)/a/b?c=d#e",
                    headers: [("X-One", "1"), ("X-Empty", ""), ("X-One", "again")], body: body.map { Array($0.utf8) }))
        }
        #expect(response.status == 201)
        #expect(String(decoding: response.body, as: UTF8.self) == "done")
        #expect(response.headers["X-a"] == "1")
        #expect(response.headers.values("X-A") == ["1", "2"])
        #expect(response.headers["X-B"] == nil)

        let request = try #require(server.requests.first)
        #expect(request.method == method)
        #expect(request.target == "/a/b?c=d")
        #expect(request.body == Array((body ?? "").utf8))
        #expect(request.headers.filter { $0.name == "X-One" }.map(\.value) == ["1", "again"])
        #expect(request["X-Empty"] == "")
        #expect(request["Expect"] == nil)
        #expect(request["Content-Type"] == nil)
        let hasLength = body != nil || ["POST", "PUT", "PATCH"].contains(method)
        #expect(request["Content-Length"] == (hasLength ? "\((body ?? "").utf8.count)" : nil))
    }

    @Test("HEAD returns the headers, even if they announce more than the limit")
    func headReturnsHeaders() async throws {
        let server = try TestServer { connection in
            while connection.readRequest() != nil {
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
            }
        }
        let request = OutboundRequest(method: "HEAD", url: server.url, maxResponseBytes: 10)
        let response = try await withClient { try await $0.send(request) }
        #expect(response.headers["content-length"] == "99999")
        #expect(response.body.isEmpty)
    }

    @Test("interim responses and trailers are not taken for the response's headers")
    func onlyFinalHeadersCount() async throws {
        let server = try TestServer { connection in
            guard connection.readRequest() != nil else { return }
            connection.write("HTTP/1.1 103 Early Hints\r\nX-Interim: 1\r\n\r\n")
            connection.write("HTTP/1.1 200 OK\r\nX-Final: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.write("3\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n")
        }
        let response = try await withClient { try await $0.send(OutboundRequest(url: server.url)) }
        #expect(response.headers["X-Final"] == "1")
        #expect(response.headers["X-Interim"] == nil)
        #expect(response.headers["X-Trailer"] == nil)
        #expect(response.body == Array("abc".utf8))
    }

    @Test("an error status is a response", arguments: ["400 Bad Request", "404 Not Found", "503 Unavailable"])
    func errorStatusIsAResponse(status: String) async throws {
        let server = try TestServer(status: status, body: "{}")
        let response = try await withClient { try await $0.send(OutboundRequest(url: server.url)) }
        #expect(status.hasPrefix("\(response.status)"))
        #expect(response.body == Array("{}".utf8))
    }

    @Test("connections are used again")
    func connectionsAreReused() async throws {
        let server = try TestServer(body: "ok")
        try await withClient { client in
            for _ in 0..<20 { _ = try await client.send(OutboundRequest(method: "POST", url: server.url, body: [1])) }
        }
        #expect(server.connections == 1)
        #expect(server.requests.count == 20)
    }

    @Test("many requests at once share the allowed connections, and each gets its own answer")
    func concurrentRequestsShareConnections() async throws {
        let server = try TestServer { connection in
            while let request = connection.readRequest() { connection.answer(body: request.target) }
        }
        try await withClient(maxConnectionsPerHost: 4) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let response = try await client.send(OutboundRequest(url: "\(server.url)/\(number)"))
                        #expect(String(decoding: response.body, as: UTF8.self) == "/\(number)")
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(server.connections <= 4)
        #expect(server.requests.count == 200)
    }

    @Test(
        "what would smuggle something into the request is refused",
        arguments: [
            ("GET", "X-A", "1\r\nX-B: 2"), ("GET", "X-A", "a\u{0}b"), ("GET", "X A", "1"),
            ("GET", "X-A: 1\r\nX-B", "2"),
            ("GET", "", "1"), ("GE T", "X-A", "1"), ("", "X-A", "1"), ("POST", "Content-Length", "1"),
            ("POST", "transfer-encoding", "chunked"), ("GET / HTTP/1.1\r\nX:", "X-A", "1"),
        ])
    func smugglingIsRefused(method: String, name: String, value: String) async throws {
        let server = try TestServer(body: "reached")
        let request = OutboundRequest(method: method, url: server.url, headers: [(name, value)])
        let error = try await withClient { await $0.failure(request) }
        #expect(error?.kind == .refusedRequest)
        #expect(error?.beforeSending == true)
        #expect(server.connections == 0)
    }

    @Test("nothing of a request, a response or an error shows what may be secret")
    func descriptionsKeepSecrets() throws {
        let request = OutboundRequest(
            method: "POST", url: "https://example.com/secret?token=secret", headers: [("Authorization", "secret")],
            body: Array("secret".utf8), signature: AWSSignature(user: "secret", key: "secret", region: "eu"))
        let response = OutboundResponse(
            status: 200, headers: OutboundHeaders([("Set-Cookie", "secret")]), body: Array("secret".utf8))
        var dumped = ""
        dump(request, to: &dumped)
        dump(response, to: &dumped)
        dump(request.signature, to: &dumped)
        #expect(!"\(request)\(response)\(String(reflecting: request))\(dumped)".contains("secret"))
        #expect(!dumped.contains("115"))  // "s" of a body printed as numbers
    }
}
