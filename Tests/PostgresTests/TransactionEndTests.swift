import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Postgres

/// What a transaction's caller is told of its end, whatever became of its statements on the way.
@Suite("How transactions end")
struct TransactionEndTests {
    private struct Stop: Error {}

    private static let conflict = PostgresQuery(
        "test.conflict", "DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'serialization_failure'; END $$")

    private func insert(_ id: Int) -> PostgresQuery {
        PostgresQuery("test.insert", "INSERT INTO t VALUES ($1)", [id])
    }

    private func expect(
        _ client: PostgresClient, holds ids: [Int], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let rows = try await client.query(PostgresQuery("test.ids", "SELECT id FROM t ORDER BY id"))
        #expect(try rows.map { try $0.decode("id", as: Int.self) } == ids, sourceLocation: sourceLocation)
    }

    private func withTable(_ body: (PostgresClient) async throws -> Void) async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        configuration.pool.acquisitionTimeout = .seconds(60)
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE t (id int8)"))
            try await body(client)
        }
    }

    @Test("a conflict inside a savepoint that was rolled back neither fails nor repeats what is committed after it")
    func conflictInSavepoint() async throws {
        try await withTable { client in
            let runs = Counter()
            try await client.transaction { tx in
                _ = runs.add()
                await failure {
                    try await tx.savepoint { _ = try await $0.query(Self.conflict) }
                }
                _ = try await tx.pipeline([insert(1)], commit: true)
            }
            try await client.transaction { tx in
                _ = runs.add()
                await failure {
                    try await tx.savepoint { _ = try await $0.query(Self.conflict) }
                }
                _ = try await tx.query(insert(2))
            }
            #expect(runs.value == 2)
            try await expect(client, holds: [1, 2])
        }
    }

    @Test("what is committed is never run again, whatever the closure meets afterwards")
    func failureAfterCommit() async throws {
        try await withTable { client in
            let runs = Counter()
            let error = await failure {
                try await client.transaction { tx in
                    _ = runs.add()
                    _ = try await tx.pipeline([insert(1)], commit: true)
                    // As another database's client would throw it.
                    throw PostgresError(.server(.serializationFailure), "elsewhere")
                }
            }
            #expect(error?.isSerializationConflict == true)
            #expect(runs.value == 1)
            try await expect(client, holds: [1])
        }
    }

    @Test("a COMMIT that failed is told, though the closure swallows it and goes on")
    func swallowedCommit() async throws {
        try await withTable { client in
            let error = await failure {
                try await client.transaction { tx in
                    _ = try? await tx.pipeline([insert(1), PostgresQuery("test.bad", "SELECT 1/0")], commit: true)
                    let misuse = await failure { _ = try await tx.query(insert(2)) }
                    #expect(misuse?.code == .misuse)
                }
            }
            #expect(error?.sqlState == "22012")
            try await expect(client, holds: [])
            let runs = Counter()
            try await client.transaction { tx in
                let isFirst = runs.add() == 1
                _ = try? await tx.pipeline(isFirst ? [insert(3), Self.conflict] : [insert(3)], commit: true)
            }
            #expect(runs.value == 2)
            try await expect(client, holds: [3])
        }
    }

    @Test("a second COMMIT is refused, and does not make the first one's success a failure")
    func secondCommit() async throws {
        try await withTable { client in
            try await client.transaction { tx in
                _ = try await tx.pipeline([insert(1)], commit: true)
                await failure { _ = try await tx.pipeline([insert(2)], commit: true) }
            }
            try await expect(client, holds: [1])
        }
    }

    /// Runs `body` in a task that was cancelled before.
    private func cancelled(_ body: @escaping @Sendable () async throws -> Void) async -> PostgresError? {
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await body()
        }
        task.cancel()
        return await failure { try await task.value }
    }

    @Test("a first statement that a cancelled task never sent takes neither BEGIN nor the settings with it")
    func cancelledFirstStatement() async throws {
        try await withTable { client in
            let tenant: String? = try await client.transaction(settings: [("app.tenant_id", "t1")]) { tx in
                let error = await cancelled { _ = try await tx.query(insert(1)) }
                #expect(error?.code == .cancelled)
                let row = try await tx.query(
                    PostgresQuery("test.tenant", "SELECT current_setting('app.tenant_id', true)"))[0]
                return try row.decode(0)
            }
            #expect(tenant == "t1")
            await #expect(throws: Stop.self) {
                try await client.transaction { tx in
                    _ = await cancelled { _ = try await tx.query(insert(1)) }
                    _ = try await tx.query(insert(2))
                    throw Stop()
                }
            }
            try await expect(client, holds: [])
        }
    }

    @Test("a COMMIT that a cancelled task never sent fails the transaction, and commits nothing")
    func cancelledCommit() async throws {
        try await withTable { client in
            let error = await failure {
                try await client.transaction { tx in
                    _ = try await tx.query(insert(1))
                    _ = await cancelled { _ = try await tx.pipeline([insert(2)], commit: true) }
                }
            }
            #expect(error?.code == .cancelled)
            try await expect(client, holds: [])
        }
    }

    @Test("a savepoint in a cancelled task is undone all the same")
    func cancelledSavepoint() async throws {
        try await withTable { client in
            try await client.transaction { tx in
                _ = try await tx.query(insert(1))
                let task = Task {
                    try await tx.savepoint { inner in
                        _ = try await inner.query(insert(2))
                        while !Task.isCancelled { await Task.yield() }
                        throw Stop()
                    }
                }
                task.cancel()
                await #expect(throws: (any Error).self) { try await task.value }
                // Its SAVEPOINT was never sent; it must not ride with what follows.
                _ = await cancelled { try await tx.savepoint { _ = try await $0.query(insert(3)) } }
                _ = try await tx.query(insert(4))
            }
            try await expect(client, holds: [1, 4])
        }
    }

    @Test("after DISCARD ALL the next transaction still begins, and its statements belong to it")
    func discarded() async throws {
        try await withTable { client in
            try await client.transaction { _ = try await $0.query(insert(1)) }
            _ = try await client.query(PostgresQuery("test.discard", "DISCARD ALL"))
            await #expect(throws: Stop.self) {
                try await client.transaction { tx in
                    _ = try? await tx.query(PostgresQuery("test.one", "SELECT 1"))
                    _ = try await tx.query(insert(2))
                    throw Stop()
                }
            }
            try await expect(client, holds: [1])
        }
    }

    @Test("a statement of another task waits for BEGIN's answer, and does not run when that was no")
    func waitsForBegin() async throws {
        let configuration = try await TestDatabase.fresh()
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE t (id int8)"))
            let pool = try #require(client.pool)
            let connection = try await pool.acquire(nil)
            let lock = PostgresQuery.control("test.lock", "SELECT pg_advisory_lock(1)")
            // Stands for a BEGIN that takes its time and fails.
            let begin = [lock, PostgresQuery.control("test.bad", "SELECT 1/0")]
            let transaction = PostgresTransaction(connection, client.metrics, opening: begin)
            let tasks = try await client.transaction { holder in
                _ = try await holder.query(PostgresQuery("test.hold", "SELECT pg_advisory_xact_lock(1)"))
                let first = Task { try await transaction.query(insert(1)) }
                try await eventually("the first is at the server") {
                    try await countActivity("wait_event = 'advisory'", configuration) == 1
                }
                let second = Task { try await transaction.query(insert(2)) }
                try await eventually("the second waits here") {
                    transaction.state.withLock { $0.waitingForBegin.count } == 1
                }
                return [first, second]
            }
            var errors: [PostgresError?] = []
            for task in tasks { errors.append(await failure { _ = try await task.value }) }
            #expect(errors.map { $0?.code } == [.server("22012"), .misuse])
            let end = await failure { try await transaction.finish() }
            #expect(end?.code == .misuse)
            // Begun at the same moment, too.
            for round in 0..<100 {
                let transaction = PostgresTransaction(connection, client.metrics, opening: [begin[1]])
                await withTaskGroup(of: Void.self) { group in
                    for id in 0..<4 { group.addTask { _ = try? await transaction.query(insert(100 * round + id)) } }
                }
            }
            pool.release(connection)
            try await expect(client, holds: [])
        }
    }

    @Test("where the transaction ended under the closure's hands, nothing more runs outside it")
    func endedByStatement() async throws {
        try await withTable { client in
            let error = await failure {
                try await client.transaction { tx in
                    _ = try await tx.query(insert(1))
                    _ = try await tx.query(PostgresQuery("test.rollback", "ROLLBACK"))
                    let misuse = await failure { _ = try await tx.query(insert(2)) }
                    #expect(misuse?.code == .misuse)
                    let copy = await failure {
                        _ = try await tx.copyIn(PostgresQuery("test.copy", "COPY t FROM STDIN")) {
                            try await $0.write("3\n".utf8)
                        }
                    }
                    #expect(copy?.code == .misuse)
                }
            }
            #expect(error?.code == .misuse)
            try await expect(client, holds: [])
        }
    }

    @Test("a savepoint that fails over and over leaves none behind")
    func manySavepoints() async throws {
        try await withTable { client in
            try await client.transaction { tx in
                for _ in 0..<3 {
                    await failure {
                        try await tx.savepoint { _ = try await $0.query(PostgresQuery("test.bad", "SELECT 1/0")) }
                    }
                }
                // The first one's name, which the server would still know.
                await failure {
                    try await tx.savepoint {
                        _ = try await $0.query(PostgresQuery("test.release", "RELEASE SAVEPOINT s1"))
                    }
                }
                _ = try await tx.query(insert(1))
            }
            try await expect(client, holds: [1])
        }
    }
}
