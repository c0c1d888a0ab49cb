import Foundation
import Logging
public import Postgres

/// A real PostgreSQL for tests: one private cluster a test process, started when first asked for and gone with the process.
/// `OBHUT_TEST_POSTGRES`, a superuser's URL, names an existing server instead.
public actor TestDatabase {
    public static let shared = TestDatabase()

    private var starting: Task<PostgresConfiguration, any Error>?
    private var templates: [[String]: Task<String, any Error>] = [:]
    private var count = 0

    /// A fresh, empty database, or one with the migrations of these folders applied; for one suite or one test alone.
    ///
    /// - Returns: How to connect as superuser; change `username` to act as a role.
    public static func fresh(migrations folders: String...) async throws -> PostgresConfiguration {
        try await shared.fresh(folders)
    }

    /// A client of a fresh database, closed after `body`.
    public static func withClient<Value: Sendable>(
        migrations folders: String..., body: (PostgresClient) async throws -> Value
    ) async throws -> Value {
        try await withClient(try await shared.fresh(folders), body: body)
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

    private func fresh(_ folders: [String]) async throws -> PostgresConfiguration {
        var configuration = try await server()
        let template = folders.isEmpty ? "template1" : try await self.template(folders)
        configuration.database = nextName()
        try await administer(
            PostgresQuery("test.create", "CREATE DATABASE \(configuration.database) TEMPLATE \(template)"))
        return configuration
    }

    private func template(_ folders: [String]) async throws -> String {
        if let task = templates[folders] { return try await task.value }
        let name = nextName() + "_template"
        let task = Task {
            var configuration = try await server()
            try await administer(PostgresQuery("test.create", "CREATE DATABASE \(name)"))
            configuration.database = name
            try await Self.withClient(configuration) { client in
                for folder in folders {
                    try await Migrator(folder: folder, client: client, logger: .quiet).migrate()
                }
            }
            return name
        }
        templates[folders] = task
        return try await task.value
    }

    private func nextName() -> String {
        count += 1
        return "test_\(ProcessInfo.processInfo.processIdentifier)_\(count)"
    }
}
