import ArgumentParser
import Console
import CoreMetrics
import Foundation
import Hummingbird
import Logging
import NIOCore
import Outbound
import Platform
import PluginKit
import ServiceLifecycle

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve the API and deliver what is queued.")

    @OptionGroup var options: SettingsOptions

    @Flag(help: "Stop when standard input ends: for a parent that may be killed.")
    var exitOnStdinEof = false

    func run() async throws {
        var warnings: [String] = []
        let settings = try options.load { warnings.append($0) }
        let level = try settings.logLevel()
        JSONLogHandler.install(level: level)
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        let logger = Logger(label: "obhut")
        for warning in warnings { logger.warning("\(warning)") }
        if exitOnStdinEof { StandardInput.exitAtEnd() }

        let http = CurlClient(policy: try EgressPolicy(exceptions: settings.list("egress.exceptions")), logger: logger)
        let installation = try await Self.open(settings, http: http, logger: logger)
        let port = try settings.integer("http.port")
        let host = try settings.text("http.host")
        let router = ServerRouter.make(
            installation, console: try Console.load(), publicURL: try settings.text("http.public_url"),
            instance: settings.optional("http.instance"),
            metrics: metrics, metricsToken: settings.optional("metrics.token").map { Secret($0) },
            limits: try settings.limits(),
            clients: try ClientAddresses(trusting: settings.list("http.trusted_proxies")))
        let server = HTTPService(
            router: router, host: host, port: port, timeouts: try settings.timeouts(),
            logger: Logger(label: "http", factory: { JSONLogHandler(label: $0, level: max(level, .notice)) })
        ) {
            logger.notice("serving", metadata: ["host": "\(host)", "port": "\(port)"])
        }
        // Stopped in the opposite order: first no more requests, then what was taken is stored, then the pools close.
        let platform = installation.services.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        var configuration = ServiceGroupConfiguration(
            services: platform + [.init(service: server, failureTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(25)
        try await ServiceGroup(configuration: configuration).run()
        await http.shutdown()
    }

    /// Opens everything that the settings name.
    static func open(_ settings: Settings, http: any OutboundHTTP, logger: Logger) async throws -> Installation {
        let plugins = try BuiltInPlugins.registry()
        let keys = try settings.controlKeyFile()
        let connections = try settings.integer("database.connections")
        var configuration = InstallationConfiguration(
            controlURL: Secret(try settings.text("control.url")), regions: try settings.regions(plugins),
            appConnections: connections, workerConnections: connections,
            runsWorkers: try settings.boolean("workers.enabled"),
            erasureDelayDays: try settings.integer("tenants.erasure_delay_days"))
        configuration.publicURL = try settings.text("http.public_url")
        configuration.sealing = try settings.sealing(http: http)
        configuration.sessionLimits = try settings.sessionLimits()
        configuration.webhookRendering = { $0.json }
        configuration.openIDProviders = try settings.openIDProviders()
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
