import Logging
import Outbound
import PluginKit
import ServiceLifecycle
import Testing

@testable import Sandbox

/// Over real sockets: what only the server and its transport can show.
@Suite struct SandboxServerTests {
    private let client: CurlClient

    init() throws {
        client = CurlClient(
            policy: try EgressPolicy(exceptions: ["127.0.0.1"]), logger: Logger(label: "client"))
    }

    private func call(
        _ method: String, _ url: String, _ body: JSON?
    ) async throws(OutboundError) -> (Int, JSON) {
        let response = try await client.send(
            OutboundRequest(
                method: method, url: url,
                headers: [("Authorization", "Bearer token-1"), ("Content-Type", "application/json")],
                body: body?.encoded(), timeout: .seconds(10)))
        return (response.status, (try? JSON(parsing: response.body)) ?? .null)
    }

    /// Starts a server on a free port, and stops it after the body.
    private func serving(
        _ subscriber: ScriptedSubscriber = ScriptedSubscriber(), _ body: @Sendable (String) async throws -> Void
    ) async throws {
        let (ports, told) = AsyncStream<Int>.makeStream()
        let server = SandboxServer(
            configuration: SandboxConfiguration(), outbound: subscriber, logger: Logger(label: "sandbox"),
            onReady: { told.yield($0) })
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [server], logger: Logger(label: "services")))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            for await port in ports {
                try await body("http://127.0.0.1:\(port)")
                break
            }
            await services.triggerGracefulShutdown()
            try await group.waitForAll()
        }
    }

    @Test("a message sent over HTTP is on the handset and its webhooks are delivered")
    func serves() async throws {
        let subscriber = ScriptedSubscriber()
        try await serving(subscriber) { base in
            _ = try await call("PUT", base + "/sandbox/numbers/100", Fixture.number)
            let written = try await call(
                "POST", base + "/handsets/4915112345678/messages", ["to": "100", "body": "Hi"])
            #expect(written.0 == 200)
            let sent = try await call("POST", base + "/v23.0/100/messages", MessageValidationTests.message([:]))
            #expect(sent.0 == 200)
            let id = try #require(sent.1["messages"]?.array?.first?["id"]?.string)
            let read = try await call("POST", base + "/handsets/4915112345678/messages/\(id)/read", [:])
            #expect(read.0 == 200)
            #expect(await eventually { subscriber.statuses == ["sent", "delivered", "read"] })
        }
    }

    @Test("a dropped answer is no answer at all, yet the message is there")
    func drops() async throws {
        try await serving { base in
            _ = try await call("PUT", base + "/sandbox/numbers/100", Fixture.number)
            _ = try await call("POST", base + "/handsets/4915112345678/messages", ["to": "100", "body": "Hi"])
            _ = try await call("PUT", base + "/sandbox/faults", ["accept_then_drop": 1])
            var failure: OutboundError?
            do throws(OutboundError) {
                _ = try await call("POST", base + "/v23.0/100/messages", MessageValidationTests.message([:]))
            } catch {
                failure = error
            }
            #expect(failure?.beforeSending == false)
            let thread = try await call("GET", base + "/handsets/4915112345678/messages", nil)
            #expect(thread.1["messages"]?.array?.count == 2)
        }
    }
}
