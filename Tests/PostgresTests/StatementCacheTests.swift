import TestSupport
import Testing

@testable import Postgres

@Suite("Prepared statements")
struct StatementCacheTests {
    private func key(_ sql: String) -> StatementCache.Key {
        StatementCache.Key(sql: sql, types: [])
    }

    @Test("a statement is prepared once, and the one unused for longest makes room")
    func leastRecentlyUsed() {
        var cache = StatementCache(.perConnection(limit: 2))
        expect(cache.plan(key("a"), batch: 1), .prepare("s1"))
        expect(cache.plan(key("a"), batch: 1), .prepared("s1"))
        expect(cache.plan(key("b"), batch: 1), .prepare("s3"))
        cache.confirm(key("a"), batch: 1)
        cache.confirm(key("b"), batch: 1)
        expect(cache.plan(key("a"), batch: 2), .prepared("s1"))
        expect(cache.plan(key("c"), batch: 2), .prepare("s5"))
        expect(cache.takeEvicted(), ["s3"])
        expect(cache.takeEvicted(), [])
    }

    @Test("what another batch is still preparing is not relied on, and what failed is forgotten")
    func unconfirmed() {
        var cache = StatementCache(.perConnection(limit: 2))
        expect(cache.plan(key("a"), batch: 1), .prepare("s1"))
        expect(cache.plan(key("a"), batch: 2), .unprepared)
        cache.settle(batch: 1)
        #expect(cache.count == 0)
        expect(cache.plan(key("a"), batch: 3), .prepare("s3"))
    }

    @Test("through PgBouncer nothing is dropped by SQL, and off means off")
    func otherModes() {
        var cache = StatementCache(.protocolLevel(limit: 1))
        expect(cache.plan(key("a"), batch: 1), .prepare("s1"))
        cache.confirm(key("a"), batch: 1)
        expect(cache.plan(key("b"), batch: 2), .unprepared)
        expect(cache.takeEvicted(), [])
        var off = StatementCache(.off)
        expect(off.plan(key("a"), batch: 1), .unprepared)
    }

    private static let prepared = PostgresQuery(
        "test.prepared", "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT %/* n */'")

    private func number(_ index: Int) -> PostgresQuery {
        PostgresQuery("test.number", "SELECT \(index) AS number /* n */")
    }

    @Test(
        "a connection keeps as many as it may",
        arguments: [
            (PostgresConfiguration.PreparedStatements.perConnection(limit: 4), 4),
            (.perConnection(limit: 100), 20), (.protocolLevel(limit: 4), 4), (.off, 0),
        ])
    func limit(_ setting: PostgresConfiguration.PreparedStatements, expected: Int) async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.preparedStatements = setting
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            for round in 0..<3 {
                for index in 0..<20 {
                    let rows = try await client.query(number(index))
                    #expect(try rows[0].decode("number", as: Int.self) == index, "round \(round)")
                }
            }
            #expect(try await client.query(Self.prepared).count == expected)
        }
    }

    @Test("a statement that failed to prepare does not stop the next, nor the same once it can be")
    func failedPreparation() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            let find = PostgresQuery("test.find", "SELECT * FROM late")
            await #expect(throws: PostgresError.self) { try await client.pipeline([number(1), find, number(2)]) }
            await #expect(throws: PostgresError.self) { try await client.query(find) }
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE late (id int8)"))
            #expect(try await client.query(find).isEmpty)
            #expect(try await client.query(number(2)).count == 1)
        }
    }

    @Test("what is dropped to make room is dropped outside transactions, which would fail with it")
    func droppedOutside() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.preparedStatements = .perConnection(limit: 1)
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(number(1))
            try await client.transaction { tx in
                // Takes the first one's place here, and its preparation away there.
                _ = try await tx.query(PostgresQuery("test.deallocate", "DEALLOCATE ALL"))
                #expect(try await tx.query(number(2)).count == 1)
                #expect(try await tx.query(number(3)).count == 1)
            }
            #expect(try await client.query(number(4)).count == 1)
            #expect(try await client.query(Self.prepared).count <= 1)
        }
    }

    @Test("when a table changes under a prepared statement, the statement is prepared anew and nobody notices")
    func stalePlan() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            let find = PostgresQuery("test.find", "SELECT * FROM wide")
            func alter(_ column: String) -> PostgresQuery {
                PostgresQuery("test.alter", "ALTER TABLE wide ADD COLUMN \(column) int8")
            }
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE wide (a int8)"))
            _ = try await client.query(find)
            _ = try await client.query(alter("b"))
            #expect(try await client.query(find).columns == ["a", "b"])
            _ = try await client.query(alter("c"))
            #expect(
                try await client.transactionBatch(settings: [("app.x", "1")], [find])[0].columns == ["a", "b", "c"])
            _ = try await client.query(alter("d"))
            let columns = try await client.transaction { try await $0.query(find).columns }
            #expect(columns == ["a", "b", "c", "d"])
            _ = try await client.query(PostgresQuery("test.discard", "DEALLOCATE ALL"))
            #expect(try await client.query(find).columns.count == 4)
        }
    }
}
