import Foundation
import Logging
public import Postgres

/// A real PostgreSQL for tests: one private cluster a test process, started when first asked for and gone with the process.
/// `OBHUT_TEST_POSTGRES`, a superuser's URL, names an existing server instead.
public actor TestDatabase {
    public static let shared = TestDatabase()

    private struct Template: Hashable {
        var folders: [String]
        /// Who migrates; the superuser when nil.
        var owner: String?
    }

    private var starting: Task<PostgresConfiguration, any Error>?
    private var templates: [Template: Task<String, any Error>] = [:]
    private var roles: Task<Void, any Error>?
    private var count = 0

    /// A fresh, empty database, or one with the migrations of these folders applied; for one suite or one test alone.
    ///
    /// - Returns: How to connect as superuser; change `username` to act as a role.
    public static func fresh(migrations folders: String...) async throws -> PostgresConfiguration {
        try await shared.fresh(Template(folders: folders))
    }

    /// A fresh database as an installation has it: the roles exist, and `obhut_owner` owns it and applied the migrations.
    ///
    /// - Parameter kind: `control` or `region`.
    public static func installed(_ kind: String) async throws -> PostgresConfiguration {
        try await shared.makeRoles()
        return try await shared.fresh(Template(folders: ["\(repository)/Migrations/\(kind)"], owner: "obhut_owner"))
    }

    /// Where the sources are.
    public static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// A client of a fresh database, closed after `body`.
    public static func withClient<Value: Sendable>(
        migrations folders: String..., body: (PostgresClient) async throws -> Value
    ) async throws -> Value {
        try await withClient(try await shared.fresh(Template(folders: folders)), body: body)
    }

    /// A client with this configuration, closed after `body`.
    public static func withClient<Value: Sendable>(
        _ configuration: PostgresConfiguration, body: (PostgresClient) async throws -> Value
    ) async throws -> Value {
        let client = PostgresClient(configuration: configuration, logger: .quiet)
        do {
            let value = try await body(client)
            await client.close()
            return value
        } catch {
            await client.close()
            throw error
        }
    }

    /// Ends a server process as `kill` would: the connection it serves breaks.
    public static func kill(backend processID: Int32, of configuration: PostgresConfiguration) async throws {
        try await shared.administer(PostgresQuery("test.kill", "SELECT pg_terminate_backend($1)", [processID]))
    }

    /// Ends every other connection to the database.
    public static func killBackends(of configuration: PostgresConfiguration) async throws {
        try await shared.administer(
            PostgresQuery(
                "test.kill", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                [configuration.database]))
    }

    /// Runs a statement as superuser in the database `postgres`.
    public func administer(_ query: PostgresQuery) async throws {
        try await Self.withClient(try await server()) { _ = try await $0.query(query) }
    }

    /// The superuser's way into the cluster, to its database `postgres`.
    public func server() async throws -> PostgresConfiguration {
        if let starting { return try await starting.value }
        let task = Task { () -> PostgresConfiguration in
            if let url = ProcessInfo.processInfo.environment["OBHUT_TEST_POSTGRES"], !url.isEmpty {
                let configuration = try PostgresConfiguration(url: url)
                try await Self.dropLeftovers(configuration)
                return configuration
            }
            return try await PrivateCluster.start()
        }
        starting = task
        return try await task.value
    }

    /// On a server that outlives us: drops the databases of test processes that are no more.
    private static func dropLeftovers(_ configuration: PostgresConfiguration) async throws {
        try await withClient(configuration) { client in
            let names = try await client.query(
                PostgresQuery("test.databases", "SELECT datname FROM pg_database WHERE datname ~ '^test_[0-9]+_'"))
            for row in names {
                let name = try row.decode(0, as: String.self)
                let processID = name.split(separator: "_")[1]
                if FileManager.default.fileExists(atPath: "/proc/\(processID)") { continue }
                _ = try await client.query(PostgresQuery("test.drop", "DROP DATABASE IF EXISTS \(name) WITH (FORCE)"))
            }
        }
    }

    private func makeRoles() async throws {
        if let roles { return try await roles.value }
        let task = Task {
            let script = try String(contentsOfFile: "\(Self.repository)/Migrations/roles.sql", encoding: .utf8)
            try await administer(PostgresQuery("test.roles", script))
        }
        roles = task
        try await task.value
    }

    private func fresh(_ wanted: Template) async throws -> PostgresConfiguration {
        var configuration = try await server()
        let template = wanted.folders.isEmpty ? "template1" : try await self.template(wanted)
        configuration.database = nextName()
        let owner = wanted.owner.map { " OWNER \($0)" } ?? ""
        try await administer(
            PostgresQuery("test.create", "CREATE DATABASE \(configuration.database) TEMPLATE \(template)\(owner)"))
        return configuration
    }

    private func template(_ wanted: Template) async throws -> String {
        if let task = templates[wanted] { return try await task.value }
        let name = nextName() + "_template"
        let task = Task {
            var configuration = try await server()
            let owner = wanted.owner.map { " OWNER \($0)" } ?? ""
            try await administer(PostgresQuery("test.create", "CREATE DATABASE \(name)\(owner)"))
            configuration.database = name
            configuration.username = wanted.owner ?? configuration.username
            try await Self.withClient(configuration) { client in
                for folder in wanted.folders {
                    try await Migrator(folder: folder, client: client, logger: .quiet).migrate()
                }
            }
            return name
        }
        templates[wanted] = task
        return try await task.value
    }

    private func nextName() -> String {
        count += 1
        return "test_\(ProcessInfo.processInfo.processIdentifier)_\(count)"
    }
}
