import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite("COPY")
struct CopyTests {
    private struct Stop: Error {}

    private static let create = PostgresQuery(
        "test.create", "CREATE TABLE t (id int8 PRIMARY KEY, note text, data bytea)")
    private static let binary = PostgresQuery("test.load", "COPY t (id, note, data) FROM STDIN (FORMAT binary)")

    /// Lets glibc fill what is freed with rubbish (`M_PERTURB`), so that a use of a connection after its end shows itself.
    private func fillFreedMemory(_ fills: Bool) {
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let mallopt = unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
        _ = mallopt(-6, fills ? 0xa5 : 0)
    }

    private func count(_ session: some PostgresSession) async throws -> Int {
        try await session.query(PostgresQuery("test.count", "SELECT count(*) FROM t"))[0].decode(0)
    }

    @Test("rows of values go in in binary, many of them")
    func binaryIn() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            let copied = try await client.copyIn(Self.binary) { writer in
                for id in 0..<20_000 {
                    try await writer.row([
                        id, id.isMultiple(of: 2) ? "Nr. \(id)" : String?.none, [UInt8](repeating: 7, count: 50),
                    ])
                }
            }
            #expect(copied == 20_000)
            let row = try await client.query(
                PostgresQuery(
                    "test.sums", "SELECT count(*) AS all, count(note) AS notes, sum(length(data)) AS bytes FROM t"))[0]
            #expect(try row.decode("all", as: Int.self) == 20_000)
            #expect(try row.decode("notes", as: Int.self) == 10_000)
            #expect(try row.decode("bytes", as: Int.self) == 1_000_000)
        }
    }

    @Test("text goes in and comes out, cut anywhere")
    func text() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            let copied = try await client.copyIn(PostgresQuery("test.csv", "COPY t (id, note) FROM STDIN (FORMAT csv)"))
            {
                for part in ["1,on", "e\n2,", "\"t,wo\"\n"] { try await $0.write(part.utf8) }
            }
            #expect(copied == 2)
            var out: [UInt8] = []
            let rows = try await client.copyOut(
                PostgresQuery("test.out", "COPY (SELECT id, note FROM t ORDER BY id) TO STDOUT (FORMAT csv)")
            ) { out += $0 }
            #expect(rows == 2)
            #expect(String(decoding: out, as: UTF8.self) == "1,one\n2,\"t,wo\"\n")
        }
    }

    @Test("what the body throws undoes the copy, and the connection serves on")
    func bodyThrows() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.create)
            let before = client.pool?.processIDs
            await #expect(throws: Stop.self) {
                try await client.copyIn(Self.binary) { writer in
                    for id in 0..<5000 { try await writer.row([id, "x", [UInt8](repeating: 0, count: 100)]) }
                    throw Stop()
                }
            }
            #expect(try await count(client) == 0)
            #expect(client.pool?.processIDs == before)
        }
    }

    @Test("what the server refuses is told, without the row")
    func serverRefuses() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            let error = await #expect(throws: PostgresError.self) {
                try await client.copyIn(Self.binary) { writer in
                    for _ in 0..<2 { try await writer.row([1, "Geheimnis", [UInt8]()]) }
                }
            }
            #expect(error?.sqlState == .uniqueViolation)
            #expect(error?.constraint == "t_pkey")
            #expect(error?.queryName == "test.load")
            #expect(error.map { "\($0)".contains("Geheimnis") } == false)
            let badText = await #expect(throws: PostgresError.self) {
                try await client.copyIn(PostgresQuery("test.text", "COPY t (id) FROM STDIN")) {
                    try await $0.write("Geheimnis\n".utf8)
                }
            }
            #expect(badText?.sqlState == .invalidTextRepresentation)
            #expect(badText.map { "\($0)".contains("Geheimnis") } == false)
            let noTable = await #expect(throws: PostgresError.self) {
                try await client.copyIn(PostgresQuery("test.none", "COPY nowhere FROM STDIN")) { _ in }
            }
            #expect(noTable?.sqlState == .undefinedTable)
            let noCopy = await #expect(throws: PostgresError.self) {
                try await client.copyIn(PostgresQuery("test.no", "SELECT 1")) { _ in }
            }
            #expect(noCopy?.code == .misuse)
            #expect(try await count(client) == 0)
        }
    }

    @Test("a COPY sent as an ordinary statement is refused, and harms nobody")
    func copyAsStatement() async throws {
        fillFreedMemory(true)
        defer { fillFreedMemory(false) }
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            for query in [Self.binary, PostgresQuery("test.out", "COPY t TO STDOUT")] {
                await #expect(throws: PostgresError.self) { try await client.query(query) }
                #expect(try await count(client) == 0)
            }
        }
    }

    @Test("a copy the other way round is refused, though its rows come slowly")
    func wrongDirection() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.create)
            let slow = PostgresQuery(
                "test.slow", "COPY (SELECT pg_sleep(0.05), n FROM generate_series(1, 5) n) TO STDOUT")
            let out = await failure { try await client.copyIn(slow) { _ in } }
            #expect(out?.code == .misuse)
            let into = await failure { try await client.copyOut(Self.binary) { _ in } }
            #expect(into?.code == .misuse)
            // What comes after the first statement does not pass for the copy that was asked for.
            let several = PostgresQuery("test.two", "SELECT pg_sleep(0.05); \(Self.binary.sql)")
            let two = await failure { try await client.copyIn(several) { _ in } }
            #expect(two?.code == .misuse)
            try await client.transaction { try await $0.script(slow) }
            #expect(try await count(client) == 0)
        }
    }

    @Test("a connection that breaks when all was sent may have copied; in a transaction it certainly has not")
    func lostAtTheEnd() async throws {
        var configuration = try await TestDatabase.fresh()
        let direct = configuration
        let proxy = try TestProxy(host: configuration.host, port: configuration.port)
        defer { proxy.stop() }
        (configuration.host, configuration.port) = ("127.0.0.1", proxy.port)
        let load = PostgresQuery("test.load", "COPY t (id) FROM STDIN")
        let copyDone = "c\0\0\0\u{4}"
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.create)
            proxy.dropWhenClientSends(copyDone)
            let alone = await failure { try await client.copyIn(load) { try await $0.write("1\n".utf8) } }
            #expect(alone?.code == .connectionLost)
            #expect(alone?.mayHaveTakenEffect == true)
            #expect(alone?.isRetryable == false)
            proxy.dropWhenClientSends(copyDone)
            let inside = await failure {
                try await client.transaction(retries: 0) { tx in
                    _ = try await tx.copyIn(load) { try await $0.write("2\n".utf8) }
                }
            }
            #expect(inside?.code == .connectionLost)
            #expect(inside?.mayHaveTakenEffect == false)
        }
        try await TestDatabase.withClient(direct) { client in
            try await eventually("the first was committed, the second not") { try await count(client) == 1 }
        }
    }

    @Test("a write of many megabytes goes in whole")
    func largeWrite() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            let note = [UInt8](repeating: UInt8(ascii: "x"), count: 5_000_000)
            let copied = try await client.copyIn(PostgresQuery("test.load", "COPY t (id, note) FROM STDIN")) {
                try await $0.write(Array("1\t".utf8) + note + Array("\n".utf8))
            }
            #expect(copied == 1)
            let length = PostgresQuery("test.length", "SELECT length(note) FROM t")
            #expect(try await client.query(length)[0].decode(0, as: Int.self) == 5_000_000)
        }
    }

    @Test("a statement sent while its transaction copies is refused, and the copy goes on")
    func statementDuringCopy() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            try await client.transaction { tx in
                let copied = try await tx.copyIn(Self.binary) { writer in
                    try await writer.row([1, "x", [UInt8]()])
                    let error = await failure { _ = try await tx.query(PostgresQuery("test.one", "SELECT 1")) }
                    #expect(error?.code == .misuse)
                    try await writer.row([2, "x", [UInt8]()])
                }
                #expect(copied == 2)
            }
            #expect(try await count(client) == 2)
        }
    }

    @Test("a large copy out comes in pieces while the server waits, and can be left in the middle")
    func largeOut() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            let query = PostgresQuery(
                "test.out", "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 50000)) TO STDOUT")
            var bytes = 0
            var largest = 0
            let rows = try await client.copyOut(query) { chunk in
                bytes += chunk.count
                largest = max(largest, chunk.count)
            }
            #expect(rows == 50_000)
            #expect(bytes == 50_000 * 1001)
            #expect(largest < 100_000)
            await #expect(throws: Stop.self) { try await client.copyOut(query) { _ in throw Stop() } }
            _ = try await client.query(PostgresQuery("test.one", "SELECT 1"))
        }
    }

    @Test("a copy in a transaction belongs to it and sees its settings")
    func inTransaction() async throws {
        try await TestDatabase.withClient { client in
            _ = try await client.query(Self.create)
            await #expect(throws: Stop.self) {
                try await client.transaction { tx in
                    try await tx.copyIn(Self.binary) { try await $0.row([1, "x", [UInt8]()]) }
                    #expect(try await count(tx) == 1)
                    throw Stop()
                }
            }
            #expect(try await count(client) == 0)
            let out = try await client.transaction(settings: [("app.tenant_id", "t1")]) { tx in
                let out = Collected()
                try await tx.copyOut(
                    PostgresQuery("test.out", "COPY (SELECT current_setting('app.tenant_id')) TO STDOUT")
                ) {
                    out.text += String(decoding: $0, as: UTF8.self)
                }
                return out.text
            }
            #expect(out == "t1\n")
        }
    }

    private final class Collected {
        var text = ""
    }

    @Test("cancelling a task ends its copy, either way, and the client serves on")
    func cancelled() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.pool.maximum = 1
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(Self.create)
            let began = Counter()
            let copyIn = Task {
                try await client.copyIn(Self.binary) { writer in
                    for id in 0... {
                        try await writer.row([id, "x", [UInt8](repeating: 0, count: 1000)])
                        _ = began.add()
                    }
                }
            }
            try await eventually("it copies in") { began.value > 1000 }
            copyIn.cancel()
            let inError = await #expect(throws: PostgresError.self) { try await copyIn.value }
            #expect(inError?.code == .cancelled)
            #expect(try await count(client) == 0)
            let copyOut = Task {
                try await client.copyOut(
                    PostgresQuery("test.out", "COPY (SELECT pg_sleep(30)) TO STDOUT")
                ) { _ in }
            }
            try await eventually("it copies out") { try await sleeping(configuration) == 1 }
            copyOut.cancel()
            let outError = await #expect(throws: PostgresError.self) { try await copyOut.value }
            #expect(outError?.code == .cancelled)
            #expect(try await count(client) == 0)
        }
    }

    @Test("a backend killed in a copy is told as a lost connection")
    func killed() async throws {
        try await TestDatabase.withClient { client in
            let task = Task {
                try await client.copyOut(
                    PostgresQuery("test.out", "COPY (SELECT pg_sleep(30)) TO STDOUT")
                ) { _ in }
            }
            try await eventually("it copies out") { try await sleeping(client.configuration) == 1 }
            try await TestDatabase.killBackends(of: client.configuration)
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .connectionLost)
            _ = try await client.query(PostgresQuery("test.one", "SELECT 1"))
        }
    }
}
