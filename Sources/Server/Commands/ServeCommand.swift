import ArgumentParser
import CoreMetrics
import Foundation
import Hummingbird
import Logging
import NIOCore
import Outbound
import Platform
import PluginKit
import SelfHosted
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the API and deliver what is queued.")

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Stop when standard input ends: for a parent that may be killed.")
    var exitOnStdinEof = false

    func run() async throws {
        let settings = try await options.load()
        let level = settings.logLevel
        JSONLogHandler.install(level: level)
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        let logger = Logger(label: "obhut")
        if exitOnStdinEof { StandardInput.exitAtEnd() }

        let http = CurlClient(policy: try EgressPolicy(exceptions: settings.list("egress.exceptions")), logger: logger)
        let installation = try await Self.open(settings, http: http, logger: logger)
        let port = try settings.integer("http.port", 1...65535)
        let host = try settings.text("http.host")
        let router = ServerRouter.make(
            installation, publicURL: try settings.text("http.public_url"), instance: settings.optional("http.instance"),
            metrics: metrics)
        let app = Application(
            router: router, configuration: .init(address: .hostname(host, port: port), backlog: 1024),
            onServerRunning: { _ in logger.notice("serving", metadata: ["host": "\(host)", "port": "\(port)"]) },
            logger: Logger(label: "http", factory: { JSONLogHandler(label: $0, level: max(level, .notice)) }))
        // Stopped in the opposite order: first no more requests, then what was taken is stored, then the pools close.
        let services = installation.services + [app as any Service]
        var configuration = ServiceGroupConfiguration(
            services: services.map { .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup) },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(25)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw SettingsError(description: "port \(port) of \(host) is in use; set http.port to another")
        }
        await http.shutdown()
    }

    /// Opens everything that the settings name.
    static func open(_ settings: Settings, http: any OutboundHTTP, logger: Logger) async throws -> Installation {
        let plugins = try BuiltInPlugins.registry()
        let keys = try KeyFile.open(
            path: try settings.text("control.key_file"), owner: "control",
            firstStart: try settings.boolean("control.first_start"))
        let connections = try settings.integer("database.connections", 1...500)
        let configuration = InstallationConfiguration(
            controlURL: Secret(try settings.text("control.url")), regions: try settings.regions(plugins),
            appConnections: connections, workerConnections: connections,
            runsWorkers: try settings.boolean("workers.enabled"))
        return try await Installation.open(
            configuration, plugins: plugins, controlKeyStore: keys, http: http, logger: logger)
    }
}

/// A child whose parent was killed hears of it by the end of its standard input.
enum StandardInput {
    static func exitAtEnd() {
        let thread = Thread {
            var byte: UInt8 = 0
            while read(0, &byte, 1) > 0 {}
            _exit(0)
        }
        thread.start()
    }
}
