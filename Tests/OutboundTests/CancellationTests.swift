import Logging
import TestSupport
import Testing

@testable import Outbound

@Suite("Cancellation and shutdown", .timeLimit(.minutes(5)))
struct CancellationTests {
    private static func silentServer() throws -> TestServer {
        try TestServer { connection in
            _ = connection.readRequest()
            connection.waitForClose()
        }
    }

    @Test("cancelling the task ends the transfer and closes its connection")
    func cancellationAborts() async throws {
        let server = try Self.silentServer()
        try await withClient { client in
            let task = Task { await client.failure(OutboundRequest(url: server.url, timeout: .seconds(600))) }
            #expect(await eventually { server.requests.count == 1 })
            task.cancel()
            let error = await task.value
            #expect(error?.kind == .cancelled)
            #expect(error?.beforeSending == false)
            #expect(await eventually { server.ended == 1 })
        }
    }

    @Test("a task cancelled before it sends has sent nothing")
    func cancelledBeforehandSendsNothing() async throws {
        let server = try Self.silentServer()
        try await withClient { client in
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return await client.failure(OutboundRequest(url: server.url, timeout: .seconds(600)))
            }
            task.cancel()
            let error = await task.value
            #expect(error?.kind == .cancelled)
            #expect(error?.beforeSending == true)
        }
        #expect(server.requests.isEmpty)
    }

    @Test("cancelling at any moment ends every request exactly once")
    func cancellationRaces() async throws {
        let server = try TestServer(body: "ok")
        try await withClient { client in
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        let task = Task { await client.failure(OutboundRequest(url: server.url)) }
                        for _ in 0..<(number % 30) { await Task.yield() }
                        task.cancel()
                        let error = await task.value
                        #expect(error == nil || error?.kind == .cancelled)
                    }
                }
            }
            let response = try await client.send(OutboundRequest(url: server.url))
            #expect(response.status == 200)
        }
    }

    @Test("shutdown aborts what runs, refuses what comes, and may be called again")
    func shutdownAborts() async throws {
        let server = try Self.silentServer()
        try await withClient { client in
            let task = Task { await client.failure(OutboundRequest(url: server.url, timeout: .seconds(600))) }
            #expect(await eventually { server.requests.count == 1 })
            await client.shutdown()
            let running = await task.value
            #expect(running?.kind == .shutDown)
            #expect(running?.beforeSending == false)
            let late = await client.failure(OutboundRequest(url: server.url))
            #expect(late?.kind == .shutDown)
            #expect(late?.beforeSending == true)
            await client.shutdown()
        }
    }

    @Test("a grace period lets a running request end")
    func graceLetsRunningRequestsEnd() async throws {
        let gate = Once()
        let server = try TestServer { connection in
            _ = connection.readRequest()
            while gate.isFree {}
            connection.answer(body: "late")
        }
        try await withClient { client in
            let task = Task { try await client.send(OutboundRequest(url: server.url)) }
            #expect(await eventually { server.requests.count == 1 })
            async let closed: Void = client.shutdown(grace: .seconds(30))
            _ = gate.take()
            let response = try await task.value
            #expect(response.status == 200)
            await closed
        }
    }

    @Test("a client that is let go of without shutdown ends its thread")
    func releasedClientEnds() async throws {
        let server = try Self.silentServer()
        let task = Task {
            let client = CurlClient(
                policy: try EgressPolicy(exceptions: ["127.0.0.1"]),
                logger: .init(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            return await client.failure(OutboundRequest(url: server.url, timeout: .milliseconds(200)))
        }
        #expect(try await task.value?.kind == .timeout)
        #expect(await eventually { server.ended == 1 })
    }
}
