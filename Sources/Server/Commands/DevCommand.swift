import ArgumentParser
import Foundation
import PluginKit

struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract:
            "Run everything on this machine: a private PostgreSQL, two regions, the sandbox, the server and two demo tenants."
    )

    @Option(help: "Where everything is kept.")
    var dataDir = ".obhut"
    @Option(help: "Port of the server.")
    var port = 8080
    @Option(help: "Port of the sandbox.")
    var sandboxPort = 8090
    @Option(help: "File to write when all is ready, as JSON; it is there only as long as that is so.")
    var readyFile: String?

    func run() async throws {
        JSONLogHandler.install(level: .warning)
        let stop = StopSignal { StandardStream.output.write("\nStopping …\n") }
        let folder = try DataFolder(path: dataDir)
        try PostgresCluster.checkOwner(folder)
        try await FolderLock.take(folder)
        let ready = try ReadyFile(folder, and: readyFile)
        ready.remove()
        defer { ready.remove() }
        do {
            let ports = [port, sandboxPort]
            try await stop.during {
                let leftOvers = LeftOvers(in: folder)
                try await leftOvers.waitForEnd()
                try await leftOvers.waitForPorts(ports)
            }
            try checkPorts()
            let installation = LocalInstallation(
                folder: folder, port: port, sandboxPort: sandboxPort, readyFile: ready, stop: stop)
            try await installation.run(welcome: Self.welcome)
        } catch is StopSignal.Stopped {
            StandardStream.output.write("Stopped. obhut dev on the same folder goes on where this stopped.\n")
        }
    }

    /// Before anything is launched: what answers there later is ours.
    private func checkPorts() throws {
        try LocalPort.check(port, option: "--port", variable: "PORT")
        try LocalPort.check(sandboxPort, option: "--sandbox-port", variable: "SANDBOX_PORT")
        if port == sandboxPort {
            throw SettingsError(
                description: "server and sandbox cannot both have port \(port); choose another with --sandbox-port")
        }
    }

    @Sendable private static func welcome(
        _ configuration: DevConfiguration, _ tenants: [DemoTenant], _ link: Secret<String>
    ) {
        let file = configuration.folder.file("ready.json")
        var text = """

            Obhut is running.

              API and admin API   \(configuration.baseURL)   (readiness: \(configuration.baseURL)/readyz)
              Console             \(configuration.baseURL)/console
              Sign in, once       \(link.revealed)
              Sandbox             \(configuration.sandboxURL)   (plays Meta; handsets under /handsets/{number}/messages)
              Keys and tokens     \(file)

            """
        for tenant in tenants {
            let name = tenant.name.padding(toLength: 18, withPad: " ", startingAt: 0)
            text += "\n  \(name)  region \(tenant.region), number \(tenant.displayPhoneNumber)"
        }
        text += """


            See it work, in another terminal: .build/debug/obhut demo --ready-file \(file)
            Ctrl-C stops everything.

            """
        StandardStream.output.write(text)
    }
}
