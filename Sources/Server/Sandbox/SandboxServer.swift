internal import Hummingbird
public import Logging
internal import NIOCore
internal import NIOPosix
public import Outbound
public import ServiceLifecycle

/// A process of its own that plays Meta's Graph API and webhooks, and the phones at the other end.
///
/// A client made for the Cloud API talks to it after changing nothing but its base URL.
public struct SandboxServer: Service {
    private let configuration: SandboxConfiguration
    private let outbound: any OutboundHTTP
    private let logger: Logger
    private let onReady: (@Sendable (Int) async -> Void)?

    /// - Parameters:
    ///   - outbound: delivers webhooks; its egress policy must allow the subscribers' addresses.
    ///   - onReady: told the port once requests are taken.
    public init(
        configuration: SandboxConfiguration, outbound: any OutboundHTTP, logger: Logger,
        onReady: (@Sendable (Int) async -> Void)? = nil
    ) {
        self.configuration = configuration
        self.outbound = outbound
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves until cancelled or gracefully shut down.
    /// - Throws: when the journal cannot be opened or the port cannot be bound.
    public func run() async throws {
        let file = configuration.journalFile
        let sandbox = try await NIOThreadPool.singleton.runIfActive { try Sandbox(journalFile: file) }
        let courier = WebhookCourier(sandbox: sandbox, outbound: outbound, logger: logger)
        let application = Application(
            responder: SandboxResponder(
                routes: Routes(sandbox: sandbox, outbound: outbound, instance: configuration.instance)),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: "sandbox"),
            onServerRunning: { [onReady] channel in await onReady?(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await courier.run() }
            group.addTask { try await application.run() }
            // The courier ends only when cancelled, so the first to end is the server.
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
