import Foundation
import Logging
import PluginKit
import Postgres

/// A PostgreSQL cluster of our own in the data folder: durable as in production, reachable on loopback only, never run
/// as root. It ends when we end.
struct PrivatePostgres: Sendable {
    let cluster: PostgresCluster
    let secrets: PostgresSecrets
    let process: KeptProcess
    private let log: String

    init(_ secrets: PostgresSecrets, _ cluster: PostgresCluster, log: String) {
        self.cluster = cluster
        self.secrets = secrets
        self.log = log
        let settings = [
            "port=\(secrets.port)", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=120",
            "shared_buffers=256MB", "max_wal_size=2GB", "logging_collector=off",
        ]
        process = KeptProcess(
            KeptProcess.Plan(
                name: "PostgreSQL",
                command: Lifeline.command(
                    cluster.prefix + ["\(cluster.binaries)/postgres", "-D", cluster.path]
                        + settings.flatMap { ["-c", $0] }),
                log: log,
                // Fast shutdown ends sessions and writes everything down; immediate shutdown leaves that to the next
                // start.
                asking: SIGINT, insisting: SIGQUIT,
                // The last sessions of one that was killed are still ending.
                isPassing: { $0.contains("shared memory block") }))
    }

    func url(_ role: String, _ database: String) -> String {
        let password = secrets.passwords[role] ?? ""
        return "postgresql://\(role):\(password)@127.0.0.1:\(secrets.port)/\(database)?sslmode=disable"
    }

    func waitUntilReady() async throws {
        let end = ContinuousClock.now + .seconds(60)
        var configuration = try PostgresConfiguration(url: url("postgres", "postgres"))
        configuration.pool.acquisitionTimeout = .seconds(1)
        // That nobody answers yet is no news.
        let logger = Logger(label: "dev", factory: { _ in SwiftLogNoOpLogHandler() })
        while ContinuousClock.now < end {
            let client = PostgresClient(configuration: configuration, logger: logger)
            let isReady = (try? await client.query(PostgresQuery("dev.ready", "SELECT 1"))) != nil
            await client.close(grace: .zero)
            if isReady { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw SettingsError(description: "PostgreSQL was not ready within a minute; see \(log)")
    }
}
