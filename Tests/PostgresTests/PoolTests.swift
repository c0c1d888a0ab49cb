import Foundation
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import Postgres

@Suite("The pool")
struct PoolTests {
    private static let sleep = PostgresQuery("test.sleep", "SELECT pg_sleep(30)")
    private static let one = PostgresQuery("test.one", "SELECT 1")

    private func configuration(_ change: (inout PostgresConfiguration.Pool) -> Void) async throws
        -> PostgresConfiguration
    {
        var configuration = try await TestDatabase.fresh()
        change(&configuration.pool)
        return configuration
    }

    @Test("a thousand statements at once share few connections")
    func sharing() async throws {
        let configuration = try await configuration {
            $0.maximum = 3
            $0.acquisitionTimeout = .seconds(60)
        }
        try await TestDatabase.withClient(configuration) { client in
            let sum = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...1000 {
                    group.addTask {
                        try await client.query(PostgresQuery("test.n", "SELECT $1", [number]))[0].decode(
                            0, as: Int.self)
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 500_500)
            #expect((client.pool?.processIDs.count ?? 0) <= 3)
        }
    }

    @Test("when all connections are lent and enough wait for one, one too many is refused at once")
    func tooManyWaiters() async throws {
        let configuration = try await configuration {
            $0.maximum = 1
            $0.maxWaiters = 1
            $0.acquisitionTimeout = .seconds(600)
        }
        try await TestDatabase.withClient(configuration) { client in
            try await client.transaction { tx in
                _ = try await tx.query(Self.one)
                let waiting = Task { try await client.query(Self.one) }
                try await eventually("one waits") { client.pool?.waitingCount == 1 }
                let refused = await #expect(throws: PostgresError.self) { try await client.query(Self.one) }
                #expect(refused?.code == .tooManyWaiters)
                waiting.cancel()
                let error = await #expect(throws: PostgresError.self) { try await waiting.value }
                #expect(error?.code == .cancelled)
            }
            _ = try await client.query(Self.one)
        }
    }

    @Test("when all connections are lent, one who waits too long is told so")
    func exhaustion() async throws {
        let configuration = try await configuration {
            $0.maximum = 1
            $0.acquisitionTimeout = .seconds(3)
        }
        try await TestDatabase.withClient(configuration) { client in
            try await client.transaction { tx in
                _ = try await tx.query(Self.one)
                let start = ContinuousClock.now
                let error = await #expect(throws: PostgresError.self) { try await client.query(Self.one) }
                #expect(error?.code == .acquisitionTimeout)
                #expect(error?.queryName == "test.one")
                #expect(ContinuousClock.now - start >= .seconds(3))
            }
            _ = try await client.query(Self.one)
        }
    }

    @Test("killed backends: what ran fails, the next statement gets a new connection")
    func killedBackends() async throws {
        let configuration = try await configuration { $0.maximum = 2 }
        try await TestDatabase.withClient(configuration) { client in
            for _ in 0..<5 {
                let first = Task { try await client.query(Self.sleep) }
                let second = Task { try await client.transaction(retries: 0) { try await $0.query(Self.sleep) } }
                try await eventually("both run") { try await sleeping(configuration) == 2 }
                try await TestDatabase.killBackends(of: configuration)
                for task in [first, second] {
                    let error = await #expect(throws: PostgresError.self) { try await task.value }
                    #expect(error?.code == .connectionLost)
                    #expect(error?.sqlState == .adminShutdown)
                    #expect(error?.queryName == "test.sleep")
                    #expect(error?.isRetryable == true)
                }
                _ = try await client.query(Self.one)
            }
        }
    }

    @Test("idle connections that the server ended are noticed before they are lent")
    func killedWhileIdle() async throws {
        let configuration = try await configuration { $0.maximum = 4 }
        try await TestDatabase.withClient(configuration) { client in
            for _ in 0..<10 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask { _ = try await client.query(PostgresQuery("t", "SELECT pg_sleep(0.01)")) }
                    }
                    try await group.waitForAll()
                }
                // Once more for a connection that was only being opened when the others were ended.
                try await eventually("the pool has noticed") {
                    try await TestDatabase.killBackends(of: configuration)
                    return client.pool?.processIDs.isEmpty == true
                }
                _ = try await client.query(Self.one)
            }
        }
    }

    @Test("a transaction whose backend is killed before COMMIT runs again by itself")
    func killedInTransaction() async throws {
        let configuration = try await configuration { $0.maximum = 2 }
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE t (id int8)"))
            let runs = Counter()
            try await client.transaction { tx in
                let run = runs.add()
                let pid = try await tx.query(PostgresQuery("test.pid", "SELECT pg_backend_pid()"))[0].decode(
                    0, as: Int32.self)
                _ = try await tx.query(PostgresQuery("test.insert", "INSERT INTO t VALUES (1)"))
                if run == 1 { try await TestDatabase.kill(backend: pid, of: configuration) }
                _ = try await tx.query(PostgresQuery("test.insert", "INSERT INTO t VALUES (2)"))
            }
            #expect(runs.value == 2)
            let rows = try await client.query(PostgresQuery("test.count", "SELECT count(*) FROM t"))
            #expect(try rows[0].decode(0, as: Int.self) == 2)
        }
    }

    @Test("a database that is away is tried again until it is back, within the time a statement may wait")
    func reconnect() async throws {
        var configuration = try await configuration { $0.acquisitionTimeout = .seconds(20) }
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.one)
            proxy.refuse(true)
            proxy.dropAll()
            try await eventually("the pool has noticed") { client.pool?.processIDs.isEmpty == true }
            async let answer = client.query(Self.one)
            try await eventually("an attempt failed") { client.pool?.lastFailure != nil }
            proxy.refuse(false)
            #expect(try await answer.count == 1)
        }
    }

    @Test("a server that is not there is told as such when the time to wait is over")
    func nobodyThere() async throws {
        var configuration = try await configuration { $0.acquisitionTimeout = .seconds(3) }
        let nobody = try DeadPort()
        (configuration.host, configuration.port) = ("127.0.0.1", nobody.port)
        try await TestDatabase.withClient(configuration) { client in
            let error = await #expect(throws: PostgresError.self) { try await client.query(Self.one) }
            #expect(error?.code == .connectionFailed)
            #expect(error?.isRetryable == true)
            #expect(error?.queryName == "test.one")
        }
        withExtendedLifetime(nobody) {}
    }

    @Test("an outage is told once, not at each attempt, and so is its end")
    func outageIsToldOnce() async throws {
        var configuration = try await configuration {
            $0.acquisitionTimeout = .seconds(60)
            $0.backoff = .milliseconds(1)
            $0.maximumBackoff = .milliseconds(5)
        }
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        proxy.refuse(true)
        let log = RecordedLog()
        let logger = Logger(label: "test", factory: { _ in log })
        let client = PostgresClient(configuration: configuration, logger: logger)
        let waiting = Task { try await client.query(Self.one) }
        try await eventually("there were many attempts") { proxy.acceptedCount > 20 }
        proxy.refuse(false)
        _ = try await waiting.value
        await client.close()
        // The connection that is closed at once is seen to end or to break, as it comes.
        let warnings = log.lines(.warning)
        #expect(!warnings.isEmpty)
        #expect(Set(warnings).count == warnings.count)
        #expect(warnings.allSatisfy { $0.hasPrefix("cannot connect to the database: ") })
        #expect(log.lines(.debug).count + warnings.count >= 20)
        #expect(log.lines(.notice) == ["the database is reached again"])
    }

    @Test("a server that accepts and says nothing does not hold a statement longer than it may wait")
    func silentServer() async throws {
        var configuration = try await configuration { $0.acquisitionTimeout = .seconds(3) }
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        proxy.set(.silent)
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.connectTimeout = .milliseconds(100)
        try await TestDatabase.withClient(configuration) { client in
            let error = await #expect(throws: PostgresError.self) { try await client.query(Self.one) }
            #expect(error?.code == .connectionFailed)
        }
    }

    @Test("a database that does not exist is told at once, not after the time to wait")
    func finalRefusal() async throws {
        var configuration = try await configuration { $0.acquisitionTimeout = .seconds(60) }
        configuration.database = "no_such_database"
        try await TestDatabase.withClient(configuration) { client in
            let error = await #expect(throws: PostgresError.self) { try await client.query(Self.one) }
            #expect(error?.code == .connectionFailed)
            #expect(error?.sqlState == .invalidCatalogName)
        }
    }

    @Test("a network that swallows everything: the statement fails when the server's time to answer is over")
    func silentNetwork() async throws {
        var configuration = try await configuration { $0.maximum = 1 }
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.responseTimeout = .seconds(2)
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.one)
            proxy.set(.silent)
            let error = await #expect(throws: PostgresError.self) { try await client.query(Self.one) }
            #expect(error?.code == .connectionLost)
            #expect(error?.mayHaveTakenEffect == true)
            proxy.set(.relay)
            _ = try await client.query(Self.one)
        }
    }

    @Test("an idle connection on a dead network fails its health check and is replaced")
    func healthCheck() async throws {
        var configuration = try await configuration {
            $0.maximum = 1
            $0.healthCheckInterval = .milliseconds(100)
        }
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.connectTimeout = .seconds(1)
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.one)
            proxy.set(.silent)
            try await eventually("the dead connection is given up") { client.pool?.processIDs.isEmpty == true }
            proxy.dropAll()
            proxy.set(.relay)
            _ = try await client.query(Self.one)
        }
    }

    @Test("as a service the client keeps its minimum, and closes everything at graceful shutdown")
    func service() async throws {
        let configuration = try await configuration { $0.minimum = 2 }
        let client = PostgresClient(configuration: configuration, logger: .quiet)
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: client)], logger: .quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("two are open") { client.pool?.processIDs.count == 2 }
            let before = Set(client.pool?.processIDs ?? [])
            try await TestDatabase.killBackends(of: configuration)
            try await eventually("two others are open") {
                let now = Set(client.pool?.processIDs ?? [])
                return now.count == 2 && now.isDisjoint(with: before)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(client.pool?.processIDs.isEmpty == true)
        let error = await #expect(throws: PostgresError.self) { try await client.query(Self.one) }
        #expect(error?.code == .closed)
    }

    @Test("closing lets a running statement finish, and ends what outlasts the grace")
    func closing() async throws {
        let configuration = try await configuration { $0.maximum = 2 }
        let client = PostgresClient(configuration: configuration, logger: .quiet)
        @Sendable func lock(_ key: Int) -> PostgresQuery {
            PostgresQuery("test.lock", "SELECT pg_advisory_xact_lock($1)", [key])
        }
        try await TestDatabase.withClient(configuration) { holder in
            try await holder.transaction { outer in
                _ = try await outer.query(lock(1))
                let (short, long, closing) = try await holder.transaction { inner in
                    _ = try await inner.query(lock(2))
                    let short = Task { try await client.query(lock(2)) }
                    let long = Task { try await client.query(lock(1)) }
                    try await eventually("both run") {
                        try await countActivity("wait_event = 'advisory'", configuration) == 2
                    }
                    let closing = Task { await client.close(grace: .seconds(5)) }
                    try await eventually("it is closing") {
                        client.pool?.state.withLock { $0.machine.isClosed } == true
                    }
                    return (short, long, closing)
                }
                #expect(try await short.value.count == 1)
                let error = await failure { _ = try await long.value }
                #expect(error?.code == .closed)
                await closing.value
            }
        }
    }

    @Test("a client that nobody closed takes its connections with it")
    func forgotten() async throws {
        let configuration = try await configuration { $0.maximum = 1 }
        do {
            let client = PostgresClient(configuration: configuration, logger: .quiet)
            _ = try await client.query(Self.one)
        }
        try await eventually("no connection is left") { try await connections(configuration) == 0 }
    }
}

/// How many statements of `test.sleep`'s kind the server runs now.
func sleeping(_ configuration: PostgresConfiguration) async throws -> Int {
    try await countActivity("query LIKE '%pg_sleep%' AND state = 'active'", configuration)
}

func connections(_ configuration: PostgresConfiguration) async throws -> Int {
    try await countActivity("true", configuration)
}

func countActivity(_ condition: String, _ configuration: PostgresConfiguration) async throws -> Int {
    try await TestDatabase.withClient(try await TestDatabase.shared.server()) { client in
        try await client.query(
            PostgresQuery(
                "test.activity", "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND \(condition)",
                [configuration.database]))[0].decode(0)
    }
}
