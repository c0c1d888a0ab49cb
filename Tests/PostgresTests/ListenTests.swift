import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("LISTEN and NOTIFY")
struct ListenTests {
    @Test("what is sent after listening began is heard, in order, with its payload")
    func hears() async throws {
        try await TestDatabase.withClient { client in
            let events = try await client.listen("jobs \"and\" more")
            for number in 1...50 { try await client.notify("jobs \"and\" more", payload: "Nr. \(number)") }
            try await client.notify("others", payload: "not this")
            try await client.transaction { tx in
                _ = try await tx.query(.notify("jobs \"and\" more", payload: "last"))
            }
            var heard: [String] = []
            for await case .notification(let notification) in events {
                #expect(notification.channel == "jobs \"and\" more")
                heard.append(notification.payload)
                if notification.payload == "last" { break }
            }
            #expect(heard == (1...50).map { "Nr. \($0)" } + ["last"])
        }
    }

    @Test("a broken connection is opened again and says so; what comes after is heard")
    func reconnects() async throws {
        try await TestDatabase.withClient { client in
            let events = try await client.listen("jobs")
            for round in 1...3 {
                try await client.notify("jobs", payload: "before \(round)")
                #expect(await events.contains { $0.payload == "before \(round)" })
                try await TestDatabase.killBackends(of: client.configuration)
                #expect(await events.first { _ in true } == .reconnected, "round \(round)")
                try await eventually("the pool is back") {
                    (try? await client.notify("jobs", payload: "after \(round)")) != nil
                }
                #expect(await events.contains { $0.payload == "after \(round)" })
            }
        }
    }

    @Test("several readers share what comes: nothing is lost, and each of them ends")
    func severalReaders() async throws {
        try await TestDatabase.withClient { client in
            let events = try await client.listen("jobs")
            let heard = Heard()
            let readers = (0..<4).map { _ in
                Task {
                    for await event in events {
                        if let payload = event.payload { heard.add(payload) }
                    }
                }
            }
            try await eventually("all wait") { events.listener.state.withLock { $0.waiting.count } == 4 }
            let sent = Set((1...100).map { "Nr. \($0)" })
            for payload in sent { try await client.notify("jobs", payload: payload) }
            try await eventually("all is heard") { heard.all == sent }
            readers[0].cancel()
            await readers[0].value
            try await TestDatabase.killBackends(of: client.configuration)
            try await eventually("the pool is back") { (try? await client.notify("jobs", payload: "after")) != nil }
            try await eventually("they listen again, on one connection") {
                try await client.notify("jobs", payload: "again")
                let connections = try await countActivity("query LIKE 'LISTEN%'", client.configuration)
                return connections == 1 && heard.all.contains("again")
            }
            await client.close()
            for reader in readers { await reader.value }
        }
    }

    @Test("a network that swallows everything is noticed by asking")
    func deadNetwork() async throws {
        var configuration = try await TestDatabase.fresh()
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.pool.healthCheckInterval = .milliseconds(100)
        configuration.connectTimeout = .seconds(1)
        try await TestDatabase.withClient(configuration) { client in
            var events: PostgresNotifications?
            try await eventually("it listens") {
                events = try? await client.listen("jobs")
                return events != nil
            }
            let listening = try #require(events)
            proxy.set(.silent)
            let before = proxy.acceptedCount
            let task = Task { await listening.first { _ in true } }
            try await eventually("it has given the connection up, and tries another") { proxy.acceptedCount > before }
            proxy.set(.relay)
            #expect(await task.value == .reconnected)
        }
    }

    @Test("a server that does not answer LISTEN is given up in time, and closing the client does not wait for it")
    func noAnswer() async throws {
        var configuration = try await TestDatabase.fresh()
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        for (timeout, isClosed) in [(Duration.seconds(1), false), (.seconds(600), true)] {
            configuration.connectTimeout = timeout
            proxy.set(.relay)
            proxy.fallSilentWhenClientSends("LISTEN")
            try await TestDatabase.withClient(configuration) { client in
                let task = Task { try await client.listen("jobs") }
                if isClosed {
                    try await eventually("it asks") { proxy.isSilent }
                    await client.close()
                }
                let error = await failure { _ = try await task.value }
                #expect(error?.code == (isClosed ? .closed : .connectionFailed))
                #expect(error?.isRetryable == !isClosed)
            }
        }
    }

    @Test("the stream ends when its task is cancelled, and when the client is closed")
    func ends() async throws {
        let configuration = try await TestDatabase.fresh()
        try await TestDatabase.withClient(configuration) { client in
            let events = try await client.listen("jobs")
            let task = Task { await events.first { _ in true } }
            task.cancel()
            #expect(await task.value == nil)
            let others = try await client.listen("jobs")
            let other = Task { await others.first { _ in true } }
            await client.close()
            #expect(await other.value == nil)
        }
        try await eventually("no connection is left") { try await connections(configuration) == 0 }
    }

    @Test("listening fails at once when the server cannot be reached")
    func unreachable() async throws {
        var configuration = try await TestDatabase.fresh()
        let nobody = try DeadPort()
        (configuration.host, configuration.port) = ("127.0.0.1", nobody.port)
        try await TestDatabase.withClient(configuration) { client in
            let error = await #expect(throws: PostgresError.self) { _ = try await client.listen("jobs") }
            #expect(error?.code == .connectionFailed)
        }
        withExtendedLifetime(nobody) {}
    }
}

private final class Heard: Sendable {
    private let payloads = Mutex<Set<String>>([])

    var all: Set<String> { payloads.withLock { $0 } }

    func add(_ payload: String) {
        payloads.withLock { _ = $0.insert(payload) }
    }
}

extension PostgresNotifications.Event {
    fileprivate var payload: String? {
        if case .notification(let notification) = self { notification.payload } else { nil }
    }
}
