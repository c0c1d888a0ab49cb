import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite("Cancellation and broken connections")
struct CancellationTests {
    private static let sleep = PostgresQuery("test.sleep", "SELECT pg_sleep(30)")
    private static let one = PostgresQuery("test.one", "SELECT 1")

    @Test("cancelling a task cancels its statement on the server, and the connection serves on")
    func midQuery() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        configuration.cancelGrace = .seconds(60)
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.one)
            let before = client.pool?.processIDs
            for _ in 0..<5 {
                let task = Task { try await client.query(Self.sleep) }
                try await eventually("it runs") { try await sleeping(configuration) == 1 }
                let start = ContinuousClock.now
                task.cancel()
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect(error?.code == .cancelled)
                #expect(error?.queryName == "test.sleep")
                #expect(ContinuousClock.now - start < .seconds(20))
                #expect(try await sleeping(configuration) == 0)
                _ = try await client.query(Self.one)
            }
            #expect(client.pool?.processIDs == before)
        }
    }

    @Test("a statement cancelled before it was written out is cancelled when it has arrived")
    func beforeArrival() async throws {
        var configuration = try await TestDatabase.fresh()
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.pool.maximum = 1
        configuration.cancelGrace = .seconds(6)
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.one)
            let before = client.pool?.processIDs
            proxy.set(.silent)
            // More than the buffers of the sockets between here and there hold.
            let large = String(repeating: "x", count: 32_000_000)
            let task = Task {
                try await client.query(PostgresQuery("test.sleep", "SELECT length($1), pg_sleep(60)", [large]))
            }
            let connection = try #require(client.pool?.state.withLock { $0.connections.values.first })
            try await eventually("some of it waits") { connection.state.withLock { !$0.isFlushed } }
            task.cancel()
            proxy.set(.relay)
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(client.pool?.processIDs == before)
            _ = try await client.query(Self.one)
        }
    }

    @Test("the end of one statement's grace harms no other statement")
    func graceIsItsOwn() async throws {
        let configuration = try await TestDatabase.fresh()
        let opened = await withCheckedContinuation { continuation in
            Connector.open(configuration) { continuation.resume(returning: $0) }
        }
        let reactor = try #require(Reactor.shared)
        let connection = try Connection(
            id: 1, opened: try opened.get(), configuration: configuration, reactor: reactor, onBreak: { _ in })
        defer { connection.close() }
        _ = try await connection.run(Batch([Self.one], ending: .autocommit)).get()
        // The request for another statement, which has ended meanwhile, is still on its way.
        connection.state.withLock { state in
            state.cancelling = [7]
            state.held.append({})
        }
        #expect(!connection.isIdle)
        connection.giveUp(cancelled: 3)
        #expect(connection.isUsable)
        connection.giveUp(cancelled: 7)
        #expect(!connection.isUsable)
    }

    @Test("a cancelled transaction is rolled back, and holds no lock")
    func inTransaction() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE t (id int8 PRIMARY KEY)"))
            let insert = PostgresQuery("test.insert", "INSERT INTO t VALUES (1)")
            let task = Task {
                try await client.transaction { tx in
                    _ = try await tx.query(insert)
                    _ = try await tx.query(Self.sleep)
                }
            }
            try await eventually("it runs") { try await sleeping(client.configuration) == 1 }
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            _ = try await client.query(insert)
        }
    }

    @Test("one who waits for a connection can be cancelled, and so can one who has not begun")
    func beforeSending() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        configuration.pool.acquisitionTimeout = .seconds(60)
        try await TestDatabase.withClient(configuration) { client in
            try await client.transaction { tx in
                _ = try await tx.query(Self.one)
                let task = Task { try await client.query(Self.one) }
                try await eventually("it waits") { client.pool?.waitingCount == 1 }
                task.cancel()
                let error = await #expect(throws: PostgresError.self) { try await task.value }
                #expect(error?.code == .cancelled)
                #expect(client.pool?.waitingCount == 0)
            }
            let early = Task {
                while !Task.isCancelled { await Task.yield() }
                _ = try await client.query(Self.one)
            }
            early.cancel()
            let error = await #expect(throws: PostgresError.self) { try await early.value }
            #expect(error?.code == .cancelled)
            _ = try await client.query(Self.one)
        }
    }

    @Test("statements cancelled at random moments never harm their neighbours, nor leak a connection")
    func storm() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 4
        configuration.pool.acquisitionTimeout = .seconds(60)
        try await TestDatabase.withClient(configuration) { client in
            let cancelled = Counter()
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        let isVictim = number.isMultiple(of: 2)
                        let task = Task {
                            try await client.query(
                                PostgresQuery("test.n", "SELECT $1 AS n, pg_sleep(0.002)", [number]))[0].decode(
                                    "n", as: Int.self)
                        }
                        if isVictim {
                            try? await Task.sleep(for: .microseconds(Int.random(in: 0...200_000)))
                            task.cancel()
                        }
                        do {
                            #expect(try await task.value == number)
                        } catch let error as PostgresError where isVictim && error.code == .cancelled {
                            _ = cancelled.add()
                        } catch {
                            Issue.record(error)
                        }
                    }
                }
            }
            #expect(cancelled.value > 0)
            #expect((client.pool?.processIDs.count ?? 9) <= 4)
            _ = try await client.query(Self.one)
        }
    }

    @Test("when the network is dead, cancelling gives the connection up after its grace")
    func deadNetwork() async throws {
        var configuration = try await TestDatabase.fresh()
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.cancelGrace = .milliseconds(300)
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.one)
            proxy.set(.silent)
            let task = Task { try await client.query(Self.one) }
            try await eventually("it is on its way") { client.pool?.inUseCount == 1 }
            task.cancel()
            let start = ContinuousClock.now
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(ContinuousClock.now - start < .seconds(20))
            proxy.set(.relay)
            _ = try await client.query(Self.one)
        }
    }

    @Test("a connection that breaks while COMMIT is in flight is told as unclear, and the transaction is not run again")
    func unclearCommit() async throws {
        var configuration = try await TestDatabase.fresh()
        let direct = configuration
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.preparedStatements = .off
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE t (id int8)"))
            let insert = PostgresQuery("test.insert", "INSERT INTO t VALUES (1)")
            let runs = Counter()
            proxy.dropWhenClientSends("COMMIT\0")
            let interactive = await #expect(throws: PostgresError.self) {
                try await client.transaction { tx in
                    _ = runs.add()
                    _ = try await tx.query(insert)
                }
            }
            proxy.dropWhenClientSends("COMMIT\0")
            let batch = await #expect(throws: PostgresError.self) { try await client.transactionBatch([insert]) }
            for error in [interactive, batch] {
                #expect(error?.code == .unclearCommit)
                #expect(error?.mayHaveTakenEffect == true)
                #expect(error?.isRetryable == false)
            }
            #expect(runs.value == 1)
            // The server had the whole batch before the answer was lost.
            try await TestDatabase.withClient(direct) { direct in
                try await eventually("both were committed") {
                    try await direct.query(PostgresQuery("test.count", "SELECT count(*) FROM t"))[0].decode(0) == 2
                }
            }
        }
    }

    @Test("a COMMIT of which only a part was seen to be written out may have been done all the same")
    func largeCommit() async throws {
        var configuration = try await TestDatabase.fresh()
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.one)
            let connection = try #require(client.pool?.state.withLock { $0.connections.values.first })
            proxy.set(.silent)
            let large = PostgresQuery("test.large", "SELECT length($1)", [String(repeating: "x", count: 32_000_000)])
            let task = Task { try await client.transactionBatch([large]) }
            try await eventually("some of it waits") { connection.state.withLock { !$0.isFlushed } }
            connection.abandon(Connection.lost)
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .unclearCommit)
            #expect(error?.isRetryable == false)
            proxy.set(.relay)
        }
    }

    @Test("a connection that breaks in a statement before COMMIT leaves nothing, and says so")
    func lostBeforeCommit() async throws {
        var configuration = try await TestDatabase.fresh()
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.preparedStatements = .off
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE t (id int8)"))
            let insert = PostgresQuery("test.insert", "INSERT INTO t VALUES (1)")
            proxy.dropWhenClientSends("INSERT")
            let error = await #expect(throws: PostgresError.self) {
                try await client.transaction(retries: 0) { _ = try await $0.query(insert) }
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.mayHaveTakenEffect == false)
            proxy.dropWhenClientSends("INSERT")
            let alone = await #expect(throws: PostgresError.self) { try await client.query(insert) }
            #expect(alone?.code == .connectionLost)
            #expect(alone?.mayHaveTakenEffect == true)
        }
    }

    @Test("statement and lock timeouts hold on each connection")
    func timeouts() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.statementTimeout = .seconds(2)
        try await TestDatabase.withClient(configuration) { client in
            let slow = await #expect(throws: PostgresError.self) { try await client.query(Self.sleep) }
            #expect(slow?.code == .server(.queryCanceled))
            _ = try await client.query(Self.one)
        }
        configuration.statementTimeout = nil
        configuration.lockTimeout = .seconds(2)
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE t (id int8)"))
            let lock = PostgresQuery("test.lock", "LOCK TABLE t")
            try await client.transaction { tx in
                _ = try await tx.query(lock)
                let locked = await #expect(throws: PostgresError.self) {
                    try await client.transaction(retries: 0) { _ = try await $0.query(lock) }
                }
                #expect(locked?.code == .server(.lockNotAvailable))
            }
        }
    }

    @Test("behind PgBouncer the timeouts are set for each transaction, not for the session")
    func transactionTimeouts() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.statementTimeout = .seconds(2)
        configuration.preparedStatements = .off
        try await TestDatabase.withClient(configuration) { client in
            let show = PostgresQuery("test.show", "SHOW statement_timeout")
            let batch: String = try await client.transactionBatch([show])[0][0].decode(0)
            let interactive: String = try await client.transaction { try await $0.query(show)[0].decode(0) }
            let outside: String = try await client.query(show)[0].decode(0)
            #expect([batch, interactive, outside] == ["2s", "2s", "0"])
        }
    }
}
