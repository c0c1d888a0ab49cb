import Foundation
import Logging
import TestSupport
import Testing

@testable import Postgres

@Suite("Migrations")
struct MigrationTests {
    /// A folder of migrations, removed with the value.
    private final class Folder: Sendable {
        let path: String

        init(_ files: KeyValuePairs<String, String>) throws {
            path = FileManager.default.temporaryDirectory.appendingPathComponent("obhut-\(UUID())").path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for (name, text) in files { try write(name, text) }
        }

        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        }

        func remove(_ name: String) throws {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }

        func migrator(_ client: PostgresClient) -> Migrator {
            Migrator(folder: path, client: client, logger: .quiet)
        }

        deinit {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    private func twoMigrations() throws -> Folder {
        try Folder([
            "0001_tenants.sql":
                "CREATE TABLE tenants (id int8);\n-- a ; in a comment\nINSERT INTO tenants VALUES (1), (2);",
            "0002_function.sql":
                "CREATE FUNCTION three() RETURNS int8 LANGUAGE plpgsql AS $$ BEGIN RETURN 3; END; $$; CREATE TABLE more ();",
            "README.md": "not a migration",
        ])
    }

    @Test("applies what is pending in order, once, and tells what is applied")
    func applies() async throws {
        try await TestDatabase.withClient { client in
            let folder = try twoMigrations()
            let migrator = folder.migrator(client)
            #expect(try await migrator.status().map(\.state) == [.pending, .pending])
            #expect(try await migrator.migrate() == ["0001_tenants", "0002_function"])
            #expect(try await migrator.migrate() == [])
            try folder.write("0003_later.sql", "ALTER TABLE tenants ADD COLUMN name text")
            #expect(try await migrator.status().map(\.state) == [.applied, .applied, .pending])
            #expect(try await migrator.migrate() == ["0003_later"])
            let status = try await migrator.status()
            #expect(status.map(\.name) == ["0001_tenants", "0002_function", "0003_later"])
            #expect(status.allSatisfy { $0.appliedAt != nil })
            let row = try await client.query(
                PostgresQuery("test.result", "SELECT count(*) AS tenants, three() AS three FROM tenants"))[0]
            #expect(try row.decode("tenants", as: Int.self) == 2)
            #expect(try row.decode("three", as: Int.self) == 3)
        }
    }

    @Test("refuses an edited, a missing and a late migration in one clear sentence, and applies nothing then")
    func refuses() async throws {
        let cases: [(MigrationError.Code, String, (Folder) throws -> Void)] = [
            (
                .edited, "migration 0001_tenants was edited after it was applied",
                { try $0.write("0001_tenants.sql", "CREATE TABLE tenants (id int4)") }
            ),
            (
                .missing, "migration 0002_function is applied in the database, but its file is missing",
                { try $0.remove("0002_function.sql") }
            ),
            (
                .outOfOrder, "migration 0000_before is not applied, but a later one is",
                { try $0.write("0000_before.sql", "SELECT 1") }
            ),
        ]
        for (code, sentence, change) in cases {
            try await TestDatabase.withClient { client in
                let folder = try twoMigrations()
                try await folder.migrator(client).migrate()
                try folder.write("0003_never.sql", "CREATE TABLE never ()")
                try change(folder)
                let error = await #expect(throws: MigrationError.self) { try await folder.migrator(client).migrate() }
                #expect(error?.code == code)
                #expect(error?.message.hasPrefix(sentence) == true)
                #expect(error.map { "\($0)".contains("\n") } == false)
                let states = try await folder.migrator(client).status().map(\.state)
                #expect(states.contains(.pending))
                #expect(Set(states).intersection([.edited, .missing, .outOfOrder]).count == 1)
                let never = try await client.query(PostgresQuery("test.never", "SELECT to_regclass('never') IS NULL"))
                #expect(try never[0].decode(0, as: Bool.self))
            }
        }
    }

    @Test("a migration that fails is rolled back whole, the ones before it stay, and it can be mended")
    func failure() async throws {
        try await TestDatabase.withClient { client in
            let folder = try Folder([
                "0001_good.sql": "CREATE TABLE good ();",
                "0002_bad.sql": "CREATE TABLE half (); INSERT INTO nowhere VALUES (1);",
            ])
            let error = await #expect(throws: MigrationError.self) { try await folder.migrator(client).migrate() }
            #expect(error?.code == .failed)
            #expect(error?.cause?.sqlState == .undefinedTable)
            #expect(try await folder.migrator(client).status().map(\.state) == [.applied, .pending])
            let half = try await client.query(PostgresQuery("test.half", "SELECT to_regclass('half') IS NULL"))
            #expect(try half[0].decode(0, as: Bool.self))
            try folder.write("0002_bad.sql", "CREATE TABLE half ();")
            #expect(try await folder.migrator(client).migrate() == ["0002_bad"])
        }
    }

    @Test(
        "a migration that ends its transaction itself is refused, even if it begins another, and is not recorded",
        arguments: [
            "CREATE TABLE t (); COMMIT;", "CREATE TABLE t (); COMMIT; BEGIN;", "CREATE TABLE t (); ROLLBACK; BEGIN;",
            "CREATE TABLE t (); COMMIT AND CHAIN;", "COMMIT; CREATE TABLE t ();",
        ])
    func ownCommit(_ sql: String) async throws {
        try await TestDatabase.withClient { client in
            let folder = try Folder(["0001_commit.sql": sql])
            let migrator = folder.migrator(client)
            let error = await #expect(throws: MigrationError.self) { try await migrator.migrate() }
            #expect(error?.code == .endsTransaction)
            #expect(error?.message.hasPrefix("migration 0001_commit ends its transaction itself") == true)
            #expect(try await migrator.status().map(\.state) == [.pending])
        }
    }

    @Test("what a migration sets for its session does not outlive it")
    func sessionSettings() async throws {
        try await TestDatabase.withClient { client in
            let role = "role_\(client.configuration.database)"
            let folder = try Folder([
                "0001_settings.sql": """
                CREATE ROLE \(role);
                CREATE SCHEMA other;
                SET search_path = other;
                CREATE TABLE inside ();
                SET ROLE \(role);
                SELECT 1;
                """,
                "0002_plans.sql": "DISCARD PLANS; DEALLOCATE ALL; SELECT set_config('search_path', '', false);",
                "0003_after.sql": "CREATE TABLE outside (); SET SESSION AUTHORIZATION \(role);",
            ])
            #expect(try await folder.migrator(client).migrate() == ["0001_settings", "0002_plans", "0003_after"])
            let row = try await client.query(
                PostgresQuery(
                    "test.where",
                    "SELECT to_regclass('other.inside') IS NOT NULL AND to_regclass('public.outside') IS NOT NULL"))[0]
            #expect(try row.decode(0, as: Bool.self))
            _ = try await client.query(PostgresQuery("test.drop", "DROP ROLE \(role)"))
        }
    }

    @Test("a database that a newer version has migrated is told as such")
    func newer() async throws {
        try await TestDatabase.withClient { client in
            let folder = try twoMigrations()
            try folder.write("0003_later.sql", "SELECT 1")
            try await folder.migrator(client).migrate()
            try folder.remove("0003_later.sql")
            let error = await #expect(throws: MigrationError.self) { try await folder.migrator(client).migrate() }
            #expect(error?.code == .missing)
            #expect(
                error?.message == """
                    the database has migration 0003_later, which is newer than any here: a later version has migrated it; \
                    run that version, or restore a backup from before
                    """)
        }
    }

    @Test("several migrators at once apply each migration once")
    func concurrent() async throws {
        try await TestDatabase.withClient { client in
            let folder = try Folder([:])
            let names = (1...9).map { "000\($0)_step" }
            for name in names { try folder.write("\(name).sql", "CREATE TABLE t_\(name) (); SELECT pg_sleep(0.01);") }
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 { group.addTask { try await folder.migrator(client).migrate() } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == names)
        }
    }

    @Test("the client's timeouts do not cut a migration short")
    func patience() async throws {
        var configuration = try await TestDatabase.fresh()
        configuration.statementTimeout = .milliseconds(200)
        try await TestDatabase.withClient(configuration) { client in
            let folder = try Folder(["0001_slow.sql": "SELECT pg_sleep(0.5);"])
            #expect(try await folder.migrator(client).migrate() == ["0001_slow"])
        }
    }

    @Test(
        "a name that is not NNNN_what.sql, and a number that occurs twice, are refused",
        arguments: [["1_short.sql"], ["0001.sql"], ["0001_.sql"], ["what.sql"], ["0001_a.sql", "0001_b.sql"]])
    func badNames(_ names: [String]) throws {
        let folder = try Folder([:])
        for name in names { try folder.write(name, "SELECT 1") }
        let error = #expect(throws: MigrationError.self) { try MigrationFile.read(folder: folder.path) }
        #expect(error?.code == .badName)
        let nowhere = #expect(throws: MigrationError.self) { try MigrationFile.read(folder: folder.path + "/nowhere") }
        #expect(nowhere?.code == .unreadable)
    }

    @Test("fresh test databases come with their migrations applied, each its own")
    func testDatabases() async throws {
        let folder = try twoMigrations()
        for _ in 0..<2 {
            try await TestDatabase.withClient(migrations: folder.path) { client in
                let rows = try await client.query(
                    PostgresQuery("test.add", "INSERT INTO tenants VALUES (3) RETURNING (SELECT count(*) FROM tenants)")
                )
                #expect(try rows[0].decode(0, as: Int.self) == 2)
            }
        }
    }
}
