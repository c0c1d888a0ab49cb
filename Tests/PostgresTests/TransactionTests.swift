import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite("Transactions")
struct TransactionTests {
    private struct Stop: Error {}

    private static let create = PostgresQuery(
        "test.create", "CREATE TABLE t (id int8 PRIMARY KEY, value int8 NOT NULL)")

    private func insert(_ id: Int, _ value: Int = 0) -> PostgresQuery {
        PostgresQuery("test.insert", "INSERT INTO t VALUES ($1, $2)", [id, value])
    }

    private func ids(_ client: some PostgresSession) async throws -> [Int] {
        try await client.query(PostgresQuery("test.ids", "SELECT id FROM t ORDER BY id")).map { try $0.decode("id") }
    }

    @Test(
        "BEGIN, settings, statements and COMMIT cost one round trip; so does an interactive one that commits with its last"
    )
    func oneRoundTrip() async throws {
        var configuration = try await TestDatabase.fresh()
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.create)
            let settings = [("app.tenant_id", "t1"), ("app.other", "x")]
            _ = proxy.takeTurns()
            _ = try await client.transactionBatch(settings: settings, [insert(1), insert(2)])
            #expect(proxy.takeTurns() == 1)
            try await client.transaction(settings: settings) { tx in
                _ = try await tx.pipeline([insert(3), insert(4)], commit: true)
            }
            #expect(proxy.takeTurns() == 1)
            try await client.transaction(settings: settings) { tx in
                _ = try await tx.query(insert(5))
                _ = try await tx.pipeline([insert(6), insert(7)], commit: true)
            }
            #expect(proxy.takeTurns() == 2)
            try await client.transaction { _ in }
            #expect(proxy.takeTurns() == 0)
            _ = try await client.pipeline([insert(8), insert(9)])
            #expect(proxy.takeTurns() == 1)
            #expect(try await ids(client) == Array(1...9))
        }
    }

    @Test("a batch that fails leaves nothing, and its connection is good for the next")
    func batchFails() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.create)
            for _ in 0..<3 {
                let error = await #expect(throws: PostgresError.self) {
                    try await client.transactionBatch([insert(1), insert(1), insert(2)])
                }
                #expect(error?.sqlState == .uniqueViolation)
                #expect(error?.queryName == "test.insert")
                #expect(try await ids(client) == [])
            }
        }
    }

    @Test("a constraint that is checked at COMMIT fails the transaction, however it is made")
    func deferredConstraint() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(
                PostgresQuery(
                    "test.create", "CREATE TABLE d (id int8 CONSTRAINT d_unique UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
            let insert = PostgresQuery("test.insert", "INSERT INTO d VALUES (1)")
            var errors: [PostgresError?] = []
            errors.append(await #expect(throws: PostgresError.self) { try await client.pipeline([insert, insert]) })
            errors.append(
                await #expect(throws: PostgresError.self) { try await client.transactionBatch([insert, insert]) })
            errors.append(
                await #expect(throws: PostgresError.self) {
                    try await client.transaction { _ = try await $0.pipeline([insert, insert]) }
                })
            errors.append(
                await #expect(throws: PostgresError.self) {
                    try await client.transaction { _ = try await $0.pipeline([insert, insert], commit: true) }
                })
            for error in errors {
                #expect(error?.sqlState == .uniqueViolation)
                #expect(error?.constraint == "d_unique")
            }
            let rows = try await client.query(PostgresQuery("test.count", "SELECT count(*) FROM d"))
            #expect(try rows[0].decode(0, as: Int.self) == 0)
        }
    }

    @Test("isolation and read-only hold")
    func isolation() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            for level in PostgresIsolation.allCases {
                let shown = try await client.transaction(isolation: level) { tx in
                    try await tx.query(PostgresQuery("test.show", "SHOW transaction_isolation"))[0].decode(
                        0, as: String.self)
                }
                #expect(shown == level.rawValue.lowercased())
            }
            let error = await #expect(throws: PostgresError.self) {
                try await client.transaction(readOnly: true) { _ = try await $0.query(insert(1)) }
            }
            #expect(error?.sqlState == .readOnlyTransaction)
        }
    }

    @Test("a failed statement that the closure swallows still fails the transaction")
    func swallowedFailure() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            let atEnd = await #expect(throws: PostgresError.self) {
                try await client.transaction { tx in
                    _ = try await tx.query(insert(1))
                    _ = try? await tx.query(insert(1))
                }
            }
            #expect(atEnd?.sqlState == .uniqueViolation)
            let atCommit = await #expect(throws: PostgresError.self) {
                try await client.transaction { tx in
                    _ = try? await tx.pipeline([insert(2), insert(2)], commit: true)
                }
            }
            #expect(atCommit?.sqlState == .uniqueViolation)
            #expect(try await ids(client) == [])
        }
    }

    @Test("after its end a transaction takes no more statements")
    func afterEnd() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            let kept = Mutex<PostgresTransaction?>(nil)
            try await client.transaction { tx in
                kept.withLock { $0 = tx }
                _ = try await tx.pipeline([insert(1)], commit: true)
                let error = await #expect(throws: PostgresError.self) { try await tx.query(insert(2)) }
                #expect(error?.code == .misuse)
            }
            let escaped = try #require(kept.withLock { $0 })
            let error = await #expect(throws: PostgresError.self) { try await escaped.query(insert(3)) }
            #expect(error?.code == .misuse)
            #expect(try await ids(client) == [1])
        }
    }

    @Test("statements of several tasks in one transaction all come after BEGIN and all belong to it")
    func concurrentStatements() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            await #expect(throws: Stop.self) {
                try await client.transaction { tx in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for id in 1...20 { group.addTask { _ = try await tx.query(insert(id)) } }
                        try await group.waitForAll()
                    }
                    #expect(try await ids(tx).count == 20)
                    throw Stop()
                }
            }
            #expect(try await ids(client) == [])
        }
    }

    @Test("a savepoint undoes its own part alone")
    func savepoints() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            try await client.transaction { tx in
                // Before anything was sent, after something was, nested, and failing on the server.
                await #expect(throws: Stop.self) { try await tx.savepoint { _ in throw Stop() } }
                _ = try await tx.query(insert(1))
                await #expect(throws: Stop.self) {
                    try await tx.savepoint { inner in
                        _ = try await inner.query(insert(2))
                        throw Stop()
                    }
                }
                await #expect(throws: PostgresError.self) {
                    try await tx.savepoint { _ = try await $0.query(insert(1)) }
                }
                try await tx.savepoint { outer in
                    _ = try await outer.query(insert(3))
                    await #expect(throws: PostgresError.self) {
                        try await outer.savepoint { _ = try await $0.pipeline([insert(4), insert(3)]) }
                    }
                    try await outer.savepoint { _ = try await $0.query(insert(5)) }
                }
            }
            #expect(try await ids(client) == [1, 3, 5])
        }
    }

    @Test("transactions that conflict run again until all took effect")
    func serializationRetry() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 8
        configuration.pool.acquisitionTimeout = .seconds(60)
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.pipeline([Self.create, insert(1, 0)])
            let runs = Counter()
            // All have read before the first writes, so that the server must refuse seven of them.
            let barrier = Barrier(8)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await client.transaction(isolation: .serializable, retries: 50) { tx in
                            _ = runs.add()
                            let rows = try await tx.query(
                                PostgresQuery("test.read", "SELECT value FROM t WHERE id = 1"))
                            let value = try rows[0].decode("value", as: Int.self)
                            await barrier.pass()
                            _ = try await tx.query(
                                PostgresQuery("test.write", "UPDATE t SET value = $1 WHERE id = 1", [value + 1]))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let rows = try await client.query(PostgresQuery("test.read", "SELECT value FROM t WHERE id = 1"))
            #expect(try rows[0].decode("value", as: Int.self) == 8)
            #expect(runs.value >= 15)
        }
    }

    @Test("of two that deadlock, the one the server ends runs again")
    func deadlockRetry() async throws {
        let configuration = try await TestDatabase.fresh()
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.pipeline([
                Self.create, insert(1, 0), insert(2, 0),
                PostgresQuery("test.quick", "ALTER DATABASE \(configuration.database) SET deadlock_timeout = '50ms'"),
            ])
        }
        let runs = Counter()
        // Each holds its first row before either asks for its second.
        let barrier = Barrier(2)
        @Sendable func add(_ id: Int) -> PostgresQuery {
            PostgresQuery("test.add", "UPDATE t SET value = value + 1 WHERE id = $1", [id])
        }
        try await TestDatabase.withClient(configuration) { client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for order in [[1, 2], [2, 1]] {
                    group.addTask {
                        try await client.transaction(retries: 20) { tx in
                            _ = runs.add()
                            _ = try await tx.query(add(order[0]))
                            await barrier.pass()
                            _ = try await tx.query(add(order[1]))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let rows = try await client.query(PostgresQuery("test.sum", "SELECT sum(value)::int8 FROM t"))
            #expect(try rows[0].decode(0, as: Int.self) == 4)
            #expect(runs.value > 2)
        }
    }

    @Test("retries end, and the conflict is reported")
    func retriesEnd() async throws {
        try await TestDatabase.withClient { client in
            let runs = Counter()
            let conflict = PostgresQuery(
                "test.conflict", "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'serialization_failure'; END $$")
            let error = await #expect(throws: PostgresError.self) {
                try await client.transaction(retries: 2) { tx in
                    _ = runs.add()
                    _ = try await tx.query(conflict)
                }
            }
            #expect(error?.isSerializationConflict == true)
            #expect(runs.value == 3)
        }
    }
}
