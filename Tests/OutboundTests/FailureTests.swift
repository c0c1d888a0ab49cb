import TestSupport
import Testing

@testable import Outbound

@Suite("Failures tell whether anything may have been sent", .timeLimit(.minutes(5)))
struct FailureTests {
    /// What the peer does with one connection, and what the caller then learns.
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "POST"
        var kind: OutboundError.Kind
        var beforeSending = false
        var scheme = "http"
        var script: @Sendable (TestServer.Connection) -> Void

        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "closes before reading", kind: .closed) { _ in },
        Case(name: "closes after reading the request", kind: .closed) { _ = $0.readRequest() },
        Case(name: "closes within the status line", kind: .closed) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 20")
        },
        Case(name: "closes within the body", kind: .closed) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        },
        Case(name: "closes within a chunk", kind: .closed) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc")
        },
        Case(name: "speaks no HTTP", kind: .protocolError) { connection in
            _ = connection.readRequest()
            connection.write("SSH-2.0-OpenSSH_9.2\r\n")
        },
        Case(name: "announces too much", kind: .tooLarge) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            connection.waitForClose()
        },
        Case(name: "sends too much without announcing it", kind: .tooLarge) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while connection.write("400\r\n" + String(repeating: "x", count: 1024) + "\r\n") {}
        },
        Case(name: "sends headers without end", kind: .tooLarge) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("X-Filler: " + String(repeating: "x", count: 1024) + "\r\n") {}
        },
        Case(name: "never answers", kind: .timeout) { connection in
            _ = connection.readRequest()
            connection.waitForClose()
        },
        Case(name: "answers in drops", kind: .timeout) { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
            connection.waitForClose()
        },
        Case(name: "speaks no TLS", kind: .tls, beforeSending: true, scheme: "https") { connection in
            connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.waitForClose()
        },
        Case(name: "closes during the handshake", kind: .tls, beforeSending: true, scheme: "https") { _ in },
        Case(name: "never finishes the handshake", kind: .timeout, beforeSending: true, scheme: "https") {
            $0.waitForClose()
        },
    ]

    @Test("a peer that fails", arguments: cases)
    func failingPeer(failing: Case) async throws {
        let server = try TestServer(failing.script)
        let request = OutboundRequest(
            method: failing.method, url: "\(failing.scheme)://127.0.0.1:\(server.port)/path?query", body: [1, 2, 3],
            timeout: failing.kind == .timeout ? .milliseconds(400) : .seconds(10), maxResponseBytes: 4096)
        let error = try #require(try await withClient { await $0.failure(request) })
        #expect(error.kind == failing.kind, "\(error)")
        #expect(error.beforeSending == failing.beforeSending, "\(error)")
        #expect(error.origin == "\(failing.scheme)://127.0.0.1:\(server.port)")
        #expect(!error.description.contains("query") && !error.description.contains("path"))
    }

    @Test("a refused connection has sent nothing")
    func refusedConnectionHasSentNothing() async throws {
        let port = try TestServer.closedPort()
        let request = OutboundRequest(method: "POST", url: "http://127.0.0.1:\(port)/")
        let error = try await withClient { await $0.failure(request) }
        #expect(error?.kind == .connect)
        #expect(error?.beforeSending == true)
    }

    @Test("a name that does not resolve has sent nothing")
    func unresolvedNameHasSentNothing() async throws {
        let request = OutboundRequest(method: "POST", url: "https://nowhere.invalid/")
        let error = try await withClient { await $0.failure(request) }
        #expect(error?.kind == .resolve)
        #expect(error?.beforeSending == true)
    }

    @Test("the TLS handshake counts towards the connect timeout")
    func handshakeCountsTowardsConnectTimeout() async throws {
        let server = try TestServer { $0.waitForClose() }
        let request = OutboundRequest(
            url: "https://127.0.0.1:\(server.port)/", timeout: .seconds(50), connectTimeout: .milliseconds(200))
        let error = try await withClient { await $0.failure(request) }
        #expect(error?.kind == .timeout)
        #expect(error?.beforeSending == true)
    }

    @Test("a request that waited for a connection until its timeout has sent nothing")
    func timeoutInTheQueueHasSentNothing() async throws {
        let server = try TestServer { connection in
            _ = connection.readRequest()
            connection.waitForClose()
        }
        try await withClient(maxConnectionsPerHost: 1) { client in
            await withTaskGroup(of: Void.self) { group in
                group.addTask { _ = await client.failure(OutboundRequest(url: server.url)) }
                #expect(await eventually { server.requests.count == 1 })
                let waiting = OutboundRequest(method: "POST", url: server.url, timeout: .milliseconds(300))
                let error = await client.failure(waiting)
                #expect(error?.kind == .timeout)
                #expect(error?.beforeSending == true)
                group.cancelAll()
            }
        }
        #expect(server.requests.count == 1)
    }

    @Test("a kept connection that dies under a request: POST is not sent twice, GET is", arguments: ["POST", "GET"])
    func deadConnectionIsRetriedOnlyWhenHarmless(method: String) async throws {
        // The first connection answers once, then closes on the next request without an answer; later ones answer.
        let first = Once()
        let server = try TestServer { connection in
            let closesOnSecond = first.take()
            while connection.readRequest() != nil {
                connection.answer(body: "ok")
                if closesOnSecond {
                    _ = connection.readRequest()
                    return
                }
            }
        }
        try await withClient { client in
            let request = OutboundRequest(method: method, url: server.url)
            let response = try await client.send(request)
            #expect(response.status == 200)
            let error = await client.failure(request)
            if method == "GET" {
                #expect(error == nil)
            } else {
                #expect(error?.kind == .closed)
                #expect(error?.beforeSending == false)
            }
        }
        #expect(server.requests.count == (method == "GET" ? 3 : 2))
    }
}
