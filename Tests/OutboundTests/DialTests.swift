import Synchronization
import TestSupport
import Testing

@testable import Outbound

@Suite("The policy decides on the address dialled", .timeLimit(.minutes(5)))
struct DialTests {
    @Test(
        "no spelling of a local address gets through",
        arguments: [
            "127.0.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1",
            "0", "0.0.0.0", "localhost", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]",
            "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "169.254.169.254", "[fe80::1]", "[fd00:ec2::254]", "10.0.0.1",
            "127.0.0.1.", "%31%32%37.0.0.1", "１２７.0.0.1",
        ])
    func spellingsOfLocalAddressesAreRefused(host: String) async throws {
        let server = try TestServer(body: "reached")
        try await withClient(exceptions: []) { client in
            for scheme in ["http", "https"] {
                let request = OutboundRequest(url: "\(scheme)://\(host):\(server.port)/", timeout: .seconds(5))
                let error = try #require(await client.failure(request))
                #expect(error.beforeSending)
                #expect([.refusedAddress, .resolve, .refusedRequest].contains(error.kind), "\(error)")
            }
        }
        #expect(server.connections == 0)
    }

    @Test("plain http to a public address is refused before anything is dialled")
    func plainHTTPToPublicIsRefused() async throws {
        let error = try await withClient { await $0.failure(OutboundRequest(url: "http://93.184.216.34/")) }
        #expect(error?.kind == .refusedAddress)
        #expect(error?.beforeSending == true)
    }

    @Test("a name that resolves to another address the second time is judged again")
    func rebindingIsRefused() async throws {
        let server = try TestServer { connection in
            if connection.readRequest() != nil { connection.answer(headers: ["Connection: close"], body: "reached") }
        }
        let address = Mutex("127.0.0.1")
        let resolve: @Sendable () -> [String] = { address.withLock { ["rebind.test:\(server.port):\($0)"] } }
        try await withClient(exceptions: ["127.0.0.1"], resolve: resolve) { client in
            let request = OutboundRequest(url: "http://rebind.test:\(server.port)/")
            let response = try await client.send(request)
            #expect(response.status == 200)
            address.withLock { $0 = "127.0.0.2" }
            let error = await client.failure(request)
            #expect(error?.kind == .refusedAddress)
            #expect(error?.beforeSending == true)
        }
        #expect(server.requests.count == 1)
    }

    @Test("a name with a forbidden and an allowed address reaches the allowed one")
    func allowedAddressIsTriedAfterForbiddenOne() async throws {
        let server = try TestServer(body: "reached")
        let entry = "both.test:\(server.port):127.0.0.9,127.0.0.1"
        let response = try await withClient(resolve: { [entry] }) { client in
            try await client.send(OutboundRequest(url: "http://both.test:\(server.port)/"))
        }
        #expect(response.status == 200)
    }

    @Test("an exception for a name does not open its address under other names")
    func nameExceptionIsForThatName() async throws {
        let server = try TestServer(body: "reached")
        try await withClient(exceptions: ["localhost:\(server.port)"]) { client in
            let byName = try await client.send(OutboundRequest(url: "http://LOCALHOST:\(server.port)/"))
            #expect(byName.status == 200)
            let byAddress = await client.failure(OutboundRequest(url: server.url))
            #expect(byAddress?.kind == .refusedAddress)
        }
    }
}
