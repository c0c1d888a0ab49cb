import PluginKit

/// Brings everything up, one on the other, and down again in the opposite order: the server first, so that what it took
/// is stored and what it delivers reaches the sandbox; PostgreSQL last.
struct LocalInstallation: Sendable {
    let folder: DataFolder
    let port: Int
    let sandboxPort: Int
    let readyFile: ReadyFile
    let stop: StopSignal

    /// - Parameter welcome: called when all is ready.
    /// - Throws: `StopSignal.Stopped` after a signal, when all has ended; else one sentence that says what is wrong.
    func run(welcome: @escaping @Sendable (DevConfiguration, [DemoTenant], Secret<String>) -> Void) async throws {
        let postgres = try await stop.during { try await preparePostgres() }
        let configuration = try DevConfiguration(
            folder: folder, postgres: postgres, port: port, sandboxPort: sandboxPort)
        try await postgres.process.whileRunning {
            try await stop.during {
                try await postgres.waitUntilReady()
                try await LocalDatabases(postgres: postgres, configuration: configuration).prepare()
            }
            let (sandbox, server) = (configuration.sandboxProcess, configuration.serverProcess)
            try await sandbox.whileRunning {
                try await server.whileRunning {
                    try await stop.during {
                        let tenants = try await DemoTenants(folder: folder, configuration: configuration).prepare()
                        let link = try await ConsoleLink.make(configuration)
                        for process in [postgres.process, sandbox, server] { process.settle() }
                        defer { readyFile.remove() }
                        try readyFile.write(
                            configuration.ready(tenants, link, server: server.pid, sandbox: sandbox.pid))
                        welcome(configuration, tenants, link)
                        while true { try await Task.sleep(for: .seconds(3600)) }
                    }
                }
            }
        }
    }

    private func preparePostgres() async throws -> PrivatePostgres {
        let log = folder.file("postgres.log")
        try PostgresCluster.checkSecrets(folder)
        let secrets = try PostgresSecrets(folder)
        let password = secrets.passwords["postgres"] ?? ""
        let cluster = try await PostgresCluster.open(folder, password: password, log: log)
        return PrivatePostgres(secrets, cluster, log: log)
    }
}
