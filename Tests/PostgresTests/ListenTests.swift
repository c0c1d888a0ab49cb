import Foundation
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
            var iterator = events.makeAsyncIterator()
            for round in 1...3 {
                try await client.notify("jobs", payload: "before")
                #expect(await iterator.next()?.payload == "before")
                try await TestDatabase.killBackends(of: client.configuration)
                #expect(await iterator.next() == .reconnected, "round \(round)")
                try await eventually("the pool is back") { (try? await client.notify("jobs", payload: "after")) != nil }
                #expect(await iterator.next()?.payload == "after")
            }
        }
    }

    @Test("a network that swallows everything is noticed by asking")
    func deadNetwork() async throws {
        var configuration = try await TestDatabase.fresh()
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.pool.healthCheckInterval = .milliseconds(100)
        configuration.connectTimeout = .milliseconds(300)
        try await TestDatabase.withClient(configuration) { client in
            let events = try await client.listen("jobs")
            proxy.set(.silent)
            let task = Task { await events.first { _ in true } }
            try await Task.sleep(for: .seconds(1))
            proxy.dropAll()
            proxy.set(.relay)
            #expect(await task.value == .reconnected)
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
        (configuration.host, configuration.port) = ("127.0.0.1", try freePort())
        try await TestDatabase.withClient(configuration) { client in
            let error = await #expect(throws: PostgresError.self) { _ = try await client.listen("jobs") }
            #expect(error?.code == .connectionFailed)
        }
    }
}

extension PostgresNotifications.Event {
    fileprivate var payload: String? {
        if case .notification(let notification) = self { notification.payload } else { nil }
    }
}
