import ArgumentParser
import Foundation
import Logging
import Platform
import PluginKit
import Postgres

struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run everything on this machine: a private PostgreSQL, two regions, the sandbox, the server and two demo tenants.")

    @Option(help: "Where everything is kept.")
    var dataDir = ".obhut"
    @Option(help: "Port of the server.")
    var port = 8080
    @Option(help: "Port of the sandbox.")
    var sandboxPort = 8090
    @Option(help: "File to write when all is ready, as JSON.")
    var readyFile: String?

    func run() async throws {
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: .warning) }
        let stop = StopSignal()
        let folder = try DataFolder(path: dataDir)
        let postgres = try await PrivatePostgres.start(folder)
        var supervisor: Supervisor?
        do {
            let configuration = try DevConfiguration(folder: folder, postgres: postgres, port: port, sandboxPort: sandboxPort)
            try await configuration.prepareDatabases()
            let running = Supervisor(folder: folder, configuration: configuration)
            supervisor = running
            try running.start()
            let demo = DemoTenants(folder: folder, configuration: configuration)
            let facts = try await demo.prepare(stop: stop)
            let ready = configuration.ready(facts, pids: running.pids, postgres: postgres)
            try DataFolder.write(ready.encoded(), to: readyFile ?? folder.file("ready.json"))
            if readyFile != nil { try DataFolder.write(ready.encoded(), to: folder.file("ready.json")) }
            Self.welcome(configuration, facts)
            await stop.wait()
        } catch {
            supervisor?.stop()
            await postgres.stop()
            if error is StopSignal.Stopped { return }
            throw error
        }
        print("\nStopping …")
        supervisor?.stop()
        await postgres.stop()
        print("Stopped. obhut dev on the same folder goes on where this stopped.")
    }

    private static func welcome(_ configuration: DevConfiguration, _ facts: [DemoTenant]) {
        var text = """

            Obhut is running.

              API and admin API   \(configuration.baseURL)   (readiness: \(configuration.baseURL)/readyz)
              Sandbox             \(configuration.sandboxURL)   (plays Meta; handsets under /handsets/{number}/messages)
              Keys and tokens     \(configuration.folder.file("ready.json"))

            """
        for tenant in facts {
            let name = tenant.name.padding(toLength: 18, withPad: " ", startingAt: 0)
            text += "\n  \(name)  region \(tenant.region), number \(tenant.displayPhoneNumber)"
        }
        text += """


            See it work, in another terminal: .build/debug/obhut demo --ready-file \(configuration.folder.file("ready.json"))
            Ctrl-C stops everything.

            """
        // Not print: what is piped to a file must be there at once.
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
