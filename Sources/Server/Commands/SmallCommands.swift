import ArgumentParser
import Foundation
import Logging
import Outbound
import Platform
import PluginKit
import Postgres
import Sandbox
import ServiceLifecycle

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the control database and every region's shards up to date.")

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Only say what is applied and what is not.")
    var status = false

    func run() async throws {
        let settings = try options.load()
        let level = try settings.logLevel()
        JSONLogHandler.install(level: max(level, .notice))
        for (name, migrator) in try Self.migrators(settings, Logger(label: "migrate")) {
            if status {
                for migration in try await migrator.status() { print("\(name)  \(migration)") }
            } else {
                let applied = try await migrator.migrate()
                print("\(name): \(applied.isEmpty ? "up to date" : "applied \(applied.joined(separator: ", "))")")
            }
        }
    }

    /// One migrator a database, each as its owner.
    static func migrators(_ settings: Settings, _ logger: Logger) throws -> [(String, Migrator)] {
        let folder = try settings.migrations()
        let control = try PostgresConfiguration(url: try settings.text("control.owner_url"))
        var migrators = [("control", Migrator(folder: folder + "/control", configuration: control, logger: logger))]
        for region in try settings.regions(try BuiltInPlugins.registry()) {
            let urls = (region.values["owner_url"] ?? "").split(separator: " ").map(String.init)
            guard !urls.isEmpty else {
                throw SettingsError(
                    description: "region.\(region.id).owner_url is not set; obhut migrate needs the connection URL of "
                        + "each of the region's shards as obhut_owner.")
            }
            for (index, url) in urls.enumerated() {
                let configuration = try PostgresConfiguration(url: url)
                let name = urls.count == 1 ? region.id.rawValue : "\(region.id) shard \(index + 1)"
                migrators.append(
                    (name, Migrator(folder: folder + "/region", configuration: configuration, logger: logger)))
            }
        }
        return migrators
    }
}

struct PluginsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plugins", abstract: "List the plugins, what they can do and what leaves through them.")

    func run() async throws {
        let registry = try BuiltInPlugins.registry()
        for (kind, manifest) in registry.manifests {
            print("\(manifest.name)  \(manifest.version)  \(kind)  (\(manifest.id), kit \(manifest.kitVersion))")
            print("    \(manifest.summary)")
            print("    can: \(manifest.capabilities.joined(separator: ", "))")
            if manifest.dataFlows.isEmpty { print("    data flows: none") }
            for flow in manifest.dataFlows {
                print("    data flow \(flow.id): \(flow.dataCategories.joined(separator: ", "))")
                print("        to \(flow.recipient), in \(flow.countries.joined(separator: ", "))")
                print("        on \(flow.legalBasis); transfer: \(flow.transferMechanism ?? "none outside the EEA")")
            }
            let fields: [ConfigurationSchema.Field]
            switch kind {
            case "channel":
                let plugin = registry.channels[manifest.name]
                fields = (plugin?.channelSchema.fields ?? []) + (plugin?.ingressSchema.fields ?? [])
            case "storage region": fields = registry.storageRegions[manifest.name]?.regionSchema.fields ?? []
            default: fields = registry.consentSources[manifest.name]?.schema.fields ?? []
            }
            for field in fields {
                let marks = [
                    field.required && field.fallback == nil ? "needed" : "optional", field.secret ? "secret" : nil,
                ]
                print("    \(field.key) (\(marks.compactMap { $0 }.joined(separator: ", "))): \(field.help)")
            }
        }
    }
}

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Play Meta's Graph API and webhooks, with handsets.")

    @Option var host = "127.0.0.1"
    @Option var port = 8090
    @Option(help: "File in which the sandbox remembers what happened.")
    var journal: String?
    @Option(help: "Text that /sandbox/health shows, to know this process by.")
    var instance: String?
    @Flag(help: "Stop when standard input ends: for a parent that may be killed.")
    var exitOnStdinEof = false

    func run() async throws {
        JSONLogHandler.install(level: .warning)
        let logger = Logger(label: "sandbox")
        if exitOnStdinEof { StandardInput.exitAtEnd() }
        // Only ever talks to servers on this machine.
        let http = CurlClient(policy: try EgressPolicy(exceptions: ["127.0.0.0/8", "::1/128"]), logger: logger)
        let server = SandboxServer(
            configuration: SandboxConfiguration(host: host, port: port, journalFile: journal, instance: instance),
            outbound: http, logger: logger,
            onReady: { print("sandbox on port \($0)") })
        let group = ServiceGroup(
            configuration: .init(
                services: [.init(service: server)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        await http.shutdown()
    }
}
