import Foundation
import Logging
import Platform
import PluginKit
import Postgres

/// What a local installation consists of, and the file its server reads.
struct DevConfiguration: Sendable {
    let folder: DataFolder
    let postgres: PrivatePostgres
    let port: Int
    let sandboxPort: Int
    let adminToken: Secret<String>

    private static let regions = [
        (name: "eu-central", database: "obhut_eu_central", country: "DE", place: "Frankfurt am Main"),
        (name: "eu-north", database: "obhut_eu_north", country: "FI", place: "Helsinki"),
    ]

    var baseURL: String { "http://127.0.0.1:\(port)" }
    var sandboxURL: String { "http://127.0.0.1:\(sandboxPort)" }

    init(folder: DataFolder, postgres: PrivatePostgres, port: Int, sandboxPort: Int) throws {
        self.folder = folder
        self.postgres = postgres
        self.port = port
        self.sandboxPort = sandboxPort
        if let known = folder.json("admin.json")?["admin_token"]?.string {
            adminToken = Secret(known)
        } else {
            adminToken = APIToken.generate(.admin).text
            let json: JSON = ["admin_token": .string(adminToken.revealed)]
            try DataFolder.write(json.encoded(), to: folder.file("admin.json"))
        }
        try DataFolder.write(file.encoded(), to: folder.file("obhut.json"))
    }

    private var file: JSON {
        var regions = JSONObject()
        for region in Self.regions {
            regions[region.name] = [
                "plugin": "self-hosted", "data_folder": .string(folder.file("regions/\(region.name)")),
                "owner_url": .string(postgres.url("obhut_owner", region.database)),
                "app_url": .string(postgres.url("obhut_app", region.database)),
                "worker_url": .string(postgres.url("obhut_worker", region.database)),
                "country": .string(region.country),
                "place": .string(region.place), "operator": "this machine",
            ]
        }
        let isFirst = !folder.exists("regions/control.json")
        return [
            "http": ["host": "127.0.0.1", "port": .string("\(port)"), "public_url": .string(baseURL)],
            "control": [
                "url": .string(postgres.url("obhut_control", "obhut_control")),
                "owner_url": .string(postgres.url("obhut_owner", "obhut_control")),
                "key_file": .string(folder.file("regions/control.json")),
                "first_start": .string(isFirst ? "true" : "false"),
            ],
            "regions": .string(Self.regions.map(\.name).joined(separator: ",")), "region": .object(regions),
            "egress": ["exceptions": .string("127.0.0.1:\(sandboxPort)")],
        ]
    }

    func command(_ name: String) -> [String] {
        let binary = "/proc/self/exe"
        // A binary that was replaced while running is named with a mark that is no part of its path.
        let obhut = ((try? FileManager.default.destinationOfSymbolicLink(atPath: binary)) ?? CommandLine.arguments[0])
            .replacingOccurrences(of: " (deleted)", with: "")
        switch name {
        case "sandbox":
            return [
                obhut, "sandbox", "--port", "\(sandboxPort)", "--journal", folder.file("sandbox.journal"),
                "--exit-on-stdin-eof",
            ]
        default: return [obhut, "serve", "--config", folder.file("obhut.json"), "--exit-on-stdin-eof"]
        }
    }

    // MARK: - Databases

    /// Makes roles, databases and tables; what is there already stays.
    func prepareDatabases() async throws {
        let settings = try Settings(file: folder.file("obhut.json"), flags: [])
        let logger = Logger(label: "dev")
        let client = PostgresClient(
            configuration: try PostgresConfiguration(url: postgres.url("postgres", "postgres")), logger: logger)
        do {
            try await makeRoles(client, try settings.migrations())
        } catch {
            await client.close()
            throw error
        }
        await client.close()
        for (_, migrator) in try MigrateCommand.migrators(settings, logger) { try await migrator.migrate() }
        let control = PostgresClient(
            configuration: try PostgresConfiguration(url: postgres.url("obhut_control", "obhut_control")),
            logger: logger)
        do {
            try await AdminTokenService(database: control).install(token: adminToken, label: "obhut dev")
        } catch {
            await control.close()
            throw error
        }
        await control.close()
    }

    private func makeRoles(_ client: PostgresClient, _ migrations: String) async throws {
        let roles = try String(contentsOfFile: migrations + "/roles.sql", encoding: .utf8)
        _ = try await client.query(PostgresQuery("dev.roles", roles))
        for role in PrivatePostgres.roles where role != "postgres" {
            // Made of letters and digits by us; ALTER ROLE takes no parameters.
            let password = postgres.passwords[role] ?? randomText()
            _ = try await client.query(PostgresQuery("dev.password", "ALTER ROLE \(role) PASSWORD '\(password)'"))
        }
        for database in ["obhut_control"] + Self.regions.map(\.database) {
            let known = try await client.query(
                PostgresQuery("dev.database", "SELECT 1 FROM pg_database WHERE datname = $1", [database]))
            guard known.isEmpty else { continue }
            _ = try await client.query(PostgresQuery("dev.create", "CREATE DATABASE \(database) OWNER obhut_owner"))
            let own = PostgresClient(
                configuration: try PostgresConfiguration(url: postgres.url("postgres", database)),
                logger: Logger(label: "dev"))
            let schema = try? await own.query(PostgresQuery("dev.schema", "ALTER SCHEMA public OWNER TO obhut_owner"))
            await own.close()
            if schema == nil { throw SettingsError(description: "the schema of \(database) could not be handed over") }
        }
    }

    // MARK: - Ready

    func ready(_ tenants: [DemoTenant], pids: [String: pid_t], postgres: PrivatePostgres) -> JSON {
        var databases = JSONObject()
        for region in Self.regions { databases[region.name] = .string(postgres.url("postgres", region.database)) }
        return [
            "base_url": .string(baseURL), "sandbox_url": .string(sandboxURL),
            "admin_token": .string(adminToken.revealed),
            "tenants": .array(tenants.map(\.json)),
            "postgres": [
                "control": .string(postgres.url("postgres", "obhut_control")), "regions": .object(databases),
                "bin": .string(postgres.binaries),
            ],
            "pids": [
                "dev": .int(Int(getpid())), "postgres": .int(Int(postgres.pid)),
                "server": .int(Int(pids["server"] ?? 0)),
                "sandbox": .int(Int(pids["sandbox"] ?? 0)),
            ], "data_dir": .string(folder.path),
        ]
    }
}
