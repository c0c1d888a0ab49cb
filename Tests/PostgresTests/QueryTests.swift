import Foundation
import Postgres
import TestSupport
import Testing

@Suite("Statements")
struct QueryTests {
    @Test("a statement returns typed rows")
    func typedRows() async throws {
        try await TestDatabase.withClient { client in
            let rows = try await client.query(
                PostgresQuery("test.two", "SELECT $1::int8 AS number, $2 AS word", [42, "hand"]))
            #expect(rows.count == 1)
            #expect(try rows[0].decode("number", as: Int.self) == 42)
            #expect(try rows[0].decode("word", as: String.self) == "hand")
        }
    }

    @Test("a pipeline outside a transaction is all or nothing")
    func pipelineIsAtomic() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE t (id int8 PRIMARY KEY)"))
            let insert = PostgresQuery("test.insert", "INSERT INTO t VALUES ($1)", [1])
            let error = await #expect(throws: PostgresError.self) { try await client.pipeline([insert, insert]) }
            #expect(error?.code == .server(.uniqueViolation))
            #expect(error?.constraint == "t_pkey")
            let rows = try await client.query(PostgresQuery("test.count", "SELECT count(*) FROM t"))
            #expect(try rows[0].decode(0, as: Int.self) == 0)
        }
    }

    @Test("a batch sets the tenant for its own transaction alone")
    func batchSettings() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            let read = PostgresQuery("test.setting", "SELECT current_setting('app.tenant_id', true) AS tenant")
            let inside = try await client.transactionBatch(settings: [("app.tenant_id", "t1")], [read, read])
            #expect(try inside.map { try $0[0].decode("tenant", as: String?.self) } == ["t1", "t1"])
            let outside = try await client.query(read)
            #expect(try outside[0].decode("tenant", as: String?.self) == "")
        }
    }

    @Test("what cannot be sent is refused as such, and its connection is as good as before")
    func tooManyParameters() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            let pid = PostgresQuery("test.pid", "SELECT pg_backend_pid()")
            let before: Int32 = try await client.query(pid)[0].decode(0)
            let many = PostgresQuery("test.many", "SELECT 1", (0..<65_536).map { $0 })
            let alone = await failure { _ = try await client.query(many) }
            #expect(alone?.code == .misuse)
            #expect(alone?.isRetryable == false)
            #expect(alone?.queryName == "test.many")
            let after: Int32 = try await client.transaction { tx in
                let inside = await failure { _ = try await tx.query(many) }
                #expect(inside?.code == .misuse)
                return try await tx.query(pid)[0].decode(0)
            }
            #expect(after == before)
        }
    }

    @Test("a transaction commits, and one that throws leaves nothing")
    func transaction() async throws {
        struct Stop: Error {}
        try await TestDatabase.withClient { client in
            _ = try await client.query(PostgresQuery("test.create", "CREATE TABLE t (id int8 PRIMARY KEY)"))
            try await client.transaction { tx in
                _ = try await tx.query(PostgresQuery("test.insert", "INSERT INTO t VALUES ($1)", [1]))
            }
            await #expect(throws: Stop.self) {
                try await client.transaction { tx in
                    _ = try await tx.query(PostgresQuery("test.insert", "INSERT INTO t VALUES ($1)", [2]))
                    throw Stop()
                }
            }
            let rows = try await client.query(PostgresQuery("test.count", "SELECT array_agg(id) FROM t"))
            #expect(try rows[0].decode(0, as: [Int].self) == [1])
        }
    }
}
