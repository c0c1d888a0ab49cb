import Logging
import Platform
import PluginKit
import Postgres

/// Makes roles, databases and tables, and lets the staff token in; what is there already stays.
struct LocalDatabases: Sendable {
    let postgres: PrivatePostgres
    let configuration: DevConfiguration

    private let logger = Logger(label: "dev")

    func prepare() async throws {
        let settings = try Settings(
            file: configuration.migrateFile, flags: [], environment: configuration.environment)
        try await connected("postgres", "postgres") { client in
            try await makeRoles(client, try settings.migrations())
            for database in configuration.databases { try await make(database, client) }
        }
        for (_, migrator) in try MigrateCommand.migrators(settings, logger) { try await migrator.migrate() }
        let server = try Settings(
            file: configuration.serverFile, flags: [], environment: configuration.environment)
        try await server.withControlPlane(logger) { plane in
            let owner = try await plane.staff.localOwner(Cause(.commandLine))
            try await plane.adminTokens.install(token: configuration.adminToken, for: owner.id, label: "obhut dev")
        }
    }

    private func connected(
        _ role: String, _ database: String, _ body: (PostgresClient) async throws -> Void
    ) async throws {
        let client = PostgresClient(
            configuration: try PostgresConfiguration(url: postgres.url(role, database)), logger: logger)
        do {
            try await body(client)
        } catch {
            await client.close(grace: .zero)
            throw error
        }
        await client.close(grace: .zero)
    }

    private func makeRoles(_ client: PostgresClient, _ migrations: String) async throws {
        let roles = try String(contentsOfFile: migrations + "/roles.sql", encoding: .utf8)
        _ = try await client.query(PostgresQuery("dev.roles", roles))
        for (role, password) in postgres.secrets.passwords where role != "postgres" {
            // Made of letters and digits by us; ALTER ROLE takes no parameters.
            _ = try await client.query(PostgresQuery("dev.password", "ALTER ROLE \(role) PASSWORD '\(password)'"))
        }
    }

    private func make(_ database: String, _ client: PostgresClient) async throws {
        let known = try await client.query(
            PostgresQuery("dev.database", "SELECT 1 FROM pg_database WHERE datname = $1", [database]))
        if known.isEmpty {
            _ = try await client.query(PostgresQuery("dev.create", "CREATE DATABASE \(database) OWNER obhut_owner"))
        }
        // Each time: a start that was killed may have made the database and no more.
        try await connected("postgres", database) { client in
            _ = try await client.query(PostgresQuery("dev.schema", "ALTER SCHEMA public OWNER TO obhut_owner"))
        }
    }
}
