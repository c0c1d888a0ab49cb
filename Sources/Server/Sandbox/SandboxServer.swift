public import Hummingbird
public import Logging
public import Outbound
public import ServiceLifecycle

/// How a sandbox is started.
public struct SandboxConfiguration: Sendable {
    public var host: String
    /// 0 takes any free port.
    public var port: Int
    /// Where the sandbox keeps what happened, so that it goes on after a restart; nil keeps nothing.
    public var journalFile: String?

    public init(host: String = "127.0.0.1", port: Int, journalFile: String? = nil) {
        self.host = host
        self.port = port
        self.journalFile = journalFile
    }
}

/// Plays Meta's Graph API and webhooks, with handsets that are driven over HTTP.
public struct SandboxServer: Service {
    private let configuration: SandboxConfiguration
    private let outbound: any OutboundHTTP
    private let logger: Logger
    private let onReady: (@Sendable (Int) async -> Void)?

    /// - Parameter onReady: called with the bound port.
    public init(
        configuration: SandboxConfiguration, outbound: any OutboundHTTP, logger: Logger,
        onReady: (@Sendable (Int) async -> Void)? = nil
    ) {
        self.configuration = configuration
        self.outbound = outbound
        self.logger = logger
        self.onReady = onReady
    }

    public func run() async throws {
        let journal = try configuration.journalFile.map { try Journal(path: $0) }
        let world = World(journal: journal)
        try await world.replay()
        let courier = WebhookCourier(world: world, outbound: outbound, logger: logger)
        let router = Router()
        GraphRoutes(world: world, courier: courier).add(to: router)
        HandsetRoutes(world: world, courier: courier).add(to: router)
        ControlRoutes(world: world, courier: courier).add(to: router)
        let ready = onReady
        let app = Application(
            router: router, configuration: .init(address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { channel in await ready?(channel.localAddress?.port ?? 0) }, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await courier.run() }
            group.addTask { try await app.run() }
            try await group.next()
            group.cancelAll()
        }
    }
}
