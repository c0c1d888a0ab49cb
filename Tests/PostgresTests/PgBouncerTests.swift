import Foundation
import TestSupport
import Testing

@testable import Postgres

private let pgBouncer: String? = [
    ProcessInfo.processInfo.environment["OBHUT_TEST_PGBOUNCER"], "/usr/sbin/pgbouncer", "/usr/bin/pgbouncer",
].compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0) }

/// Runs where PgBouncer is installed, or where `OBHUT_TEST_PGBOUNCER` names its binary.
@Suite("Behind PgBouncer in transaction mode", .enabled(if: pgBouncer != nil))
struct PgBouncerTests {
    /// Starts a PgBouncer with two server connections; it ends with this process.
    /// - Parameter life: ends it when it is closed.
    private func start(_ configuration: PostgresConfiguration, life: Pipe) throws -> (
        folder: String, PostgresConfiguration
    ) {
        let port = try freePort()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("obhut-\(UUID())").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        try "\"\(configuration.username)\" \"\"\n".write(toFile: "\(folder)/users", atomically: true, encoding: .utf8)
        let settings = """
            [databases]
            * = host=\(configuration.host) port=\(configuration.port)
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = \(port)
            unix_socket_dir =
            auth_type = trust
            auth_file = \(folder)/users
            pool_mode = transaction
            default_pool_size = 2
            max_client_conn = 200
            """
        try settings.write(toFile: "\(folder)/pgbouncer.ini", atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // It refuses to run as root. It must not outlive this process: it ends when its watcher's standard input does.
        // (`--pdeathsig` would end it together with the thread that started it, which the cooperative pool may let go.)
        let user =
            geteuid() == 0 ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups"] : []
        process.arguments =
            ["sh", "-c", #""$@" </dev/null & cat >/dev/null; kill -KILL $!"#, "sh"] + user
            + [pgBouncer ?? "", "-q", "\(folder)/pgbouncer.ini"]
        process.standardInput = life
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        var bounced = configuration
        (bounced.host, bounced.port) = ("127.0.0.1", port)
        bounced.preparedStatements = .off
        bounced.statementTimeout = .seconds(5)
        bounced.pool.maximum = 8
        bounced.pool.acquisitionTimeout = .seconds(20)
        return (folder, bounced)
    }

    @Test("transactions keep their settings to themselves, statements run unprepared, cancelling works")
    func transactions() async throws {
        let configuration = try await TestDatabase.fresh()
        let life = Pipe()
        let (folder, bounced) = try start(configuration, life: life)
        defer {
            try? life.fileHandleForWriting.close()
            try? FileManager.default.removeItem(atPath: folder)
        }
        try await TestDatabase.withClient(bounced) { client in
            let read = PostgresQuery(
                "test.setting", "SELECT current_setting('app.tenant_id', true), current_setting('statement_timeout')")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let settings = [("app.tenant_id", "t\(number)")]
                        let row =
                            number.isMultiple(of: 2)
                            ? try await client.transactionBatch(settings: settings, [read])[0][0]
                            : try await client.transaction(settings: settings) { tx in
                                _ = try await tx.query(read)
                                return try await tx.query(read)[0]
                            }
                        #expect(try row.decode(0, as: String.self) == "t\(number)")
                        #expect(try row.decode(1, as: String.self) == "5s")
                        _ = try await client.pipeline([read, read])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await connections(configuration) <= 2)
            let task = Task { try await client.query(PostgresQuery("test.sleep", "SELECT pg_sleep(30)")) }
            try await eventually("it runs") { try await sleeping(configuration) == 1 }
            let began = ContinuousClock.now
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(ContinuousClock.now - began < .seconds(20))
            try await eventually("it has ended") { try await sleeping(configuration) == 0 }
        }
    }
}
