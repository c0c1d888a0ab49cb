public import Logging
public import Outbound
public import PluginKit
import Postgres
public import ServiceLifecycle

import struct Foundation.Date
import struct Foundation.UUID

/// What an installation is made of.
public struct InstallationConfiguration: Sendable {
    /// The control database, as `obhut_control`.
    public var controlURL: Secret<String>
    public var regions: [RegionConfiguration]
    /// Connections to each shard, by role.
    public var appConnections: Int
    public var workerConnections: Int
    /// False in a process that only serves requests.
    public var runsWorkers: Bool
    /// Days from the end of a tenant's contract to the erasure of its data, unless said otherwise.
    public var erasureDelayDays: Int
    /// How long staff stay signed in to the console.
    public var sessionLimits = SessionLimits()
    /// Where messengers reach this installation, without a path.
    public var publicURL = "http://localhost"
    /// With what the provider seals agreements and the audit trail.
    public var sealing: SealingIdentity?
    /// How what tenants are told looks.
    public var webhookRendering: WebhookRendering = { _ in .null }
    /// By whom they can sign in.
    public var openIDProviders: [OpenIDProvider] = []

    public init(
        controlURL: Secret<String>, regions: [RegionConfiguration], appConnections: Int = 8, workerConnections: Int = 8,
        runsWorkers: Bool = true, erasureDelayDays: Int = 30, sealing: SealingIdentity? = nil
    ) {
        self.controlURL = controlURL
        self.regions = regions
        self.appConnections = appConnections
        self.workerConnections = workerConnections
        self.runsWorkers = runsWorkers
        self.erasureDelayDays = erasureDelayDays
        self.sealing = sealing
    }
}

public struct RegionConfiguration: Sendable {
    public var id: RegionID
    /// Name of a storage-region plugin.
    public var plugin: String
    /// By that plugin's schema.
    public var values: [String: String]

    public init(id: RegionID, plugin: String, values: [String: String]) {
        self.id = id
        self.plugin = plugin
        self.values = values
    }
}

/// Everything composed: what the server's routes call.
public final class Installation: Sendable {
    public let plugins: PluginRegistry
    public let tenants: TenantService
    public let erasure: TenantErasure
    public let moves: TenantMoveService
    public let exports: ExportService
    public let channels: ChannelService
    public let provider: ProviderService
    public let agreements: AgreementService
    public let agreementTexts: AgreementTextService
    public let notices: AgreementNoticeService
    public let instructions: InstructionService
    public let apiKeys: APIKeyService
    public let staff: StaffService
    public let adminTokens: AdminTokenService
    public let audit: AuditTrail
    public let auditVerifier: AuditVerifier
    public let auditReader: AuditReader
    public let auditSeals: AuditSeals
    public let refusals: RefusalTally
    public let sessions: SessionService
    public let signIn: SignInService
    public let openIDConnect: OpenIDConnectService
    /// Owners of dangerous actions register here how each is carried out.
    public let approvals: ApprovalService
    public let idempotency: IdempotencyService
    public let ingress: IngressService
    public let sending: SendingService
    public let reading: ReadingService
    public let consents: ConsentService
    public let webhooks: WebhookService
    public let imports: ConsentImportService
    public let consentTerms: ConsentTermsService
    public let consentSources: ConsentSourceService
    public let consentVerifier: ConsentVerifier
    public let publicSources: PublicSourceService
    public let gateChecks: GateChecks
    public let withdrawals: WithdrawalService
    public let consentRecords: ConsentRecordService
    public let deadLetters: DeadLetterService
    /// To be run by a service group, in this order; the HTTP server comes after them, so that it stops first.
    public let services: [any Service]

    let mover: TenantMover
    private let control: PostgresClient
    private let directory: RegionDirectory

    public var regions: [any StorageRegion] { directory.regions.values.sorted { $0.id < $1.id } }

    /// Opens the control plane and the regions. Nothing is served yet.
    /// - Throws: an error whose description is one sentence for ops.
    public static func open(
        _ configuration: InstallationConfiguration, plugins: PluginRegistry, controlKeyStore: any KeyStore,
        http: any OutboundHTTP, sealer: (any Sealer)? = nil, logger: Logger
    ) async throws -> Installation {
        let plane = try await ControlPlane.open(
            url: configuration.controlURL, keys: controlKeyStore, logger: logger)
        let directory = try await RegionOpening(
            control: plane.database, plugins: plugins, logger: logger
        ).open(configuration)
        return Installation(
            configuration, plugins: plugins, control: plane.database, controlKey: plane.key, directory: directory,
            http: http, sealer: sealer, logger: logger)
    }

    init(
        _ configuration: InstallationConfiguration, plugins: PluginRegistry, control: PostgresClient,
        controlKey: DataKey,
        directory: RegionDirectory, http: any OutboundHTTP, sealer: (any Sealer)? = nil, logger: Logger
    ) {
        self.plugins = plugins
        self.control = control
        self.directory = directory
        let plane = ControlPlane(
            database: control, key: controlKey, sealing: configuration.sealing,
            sessionLimits: configuration.sessionLimits, logger: logger)
        var ingestBatches: [ShardID: GroupCommit<IngestItem, IngestOutcome>] = [:]
        var sendBatches: [ShardID: GroupCommit<SendItem, SendReceipt>] = [:]
        var workers: [ShardID: [LaneWorker]] = [:]
        var wakers: [DialogueWaker] = []
        for shard in directory.shards.values {
            let ingest = IngestBatch(shard: shard)
            ingestBatches[shard.id] = GroupCommit { try await ingest.commit($0) }
            let send = SendBatch(shard: shard, plugins: plugins)
            sendBatches[shard.id] = GroupCommit { try await send.commit($0) }
            if configuration.runsWorkers {
                let delivery = DeliveryLane(
                    shard: shard, plugins: plugins, flows: FlowKeys(plugins), http: http, rates: ChannelRates(),
                    startedAt: Date(), logger: logger)
                let delivering = LaneWorker.delivering(delivery)
                let conversing = LaneWorker.conversing(
                    DialogueLane(shard: shard, plugins: plugins, logger: logger, wake: delivering.wake))
                let webhooks = WebhookLane(
                    shard: shard, http: http, render: configuration.webhookRendering, audit: plane.audit, logger: logger
                )
                let imports = ConsentImportLane(shard: shard, plugins: plugins, logger: logger)
                workers[shard.id] = [delivering, conversing, .telling(webhooks), .importing(imports)]
                wakers.append(DialogueWaker(shard: shard, logger: logger))
            }
        }
        let awake = workers
        let wake: @Sendable (ShardID) -> Void = { awake[$0]?.forEach { $0.wake() } }
        let routes = RouteStore(control: control, key: controlKey, plugins: plugins)
        (audit, staff, adminTokens) = (plane.audit, plane.staff, plane.adminTokens)
        (auditVerifier, auditReader, auditSeals) = (plane.auditVerifier, plane.auditReader, plane.auditSeals)
        refusals = RefusalTally(audit: audit, controlKey: controlKey, logger: logger)
        (sessions, signIn) = (plane.sessions, plane.signIn)
        openIDConnect = OpenIDConnectService(
            configuration.openIDProviders, control: control, audit: plane.audit, key: controlKey,
            signIn: plane.signIn, http: http, logger: logger)
        approvals = ApprovalService(control: control, audit: plane.audit, logger: logger)
        tenants = TenantService(
            control: control, directory: directory, audit: plane.audit, erasureDelay: configuration.erasureDelayDays)
        let seals = ControlSeal(key: controlKey)
        provider = ProviderService(control: control, seals: seals, audit: audit)
        let source = AgreementFactsSource(
            tenants: tenants, provider: provider, directory: directory, plugins: plugins)
        agreementTexts = AgreementTextService(control: control, tenants: tenants, audit: audit)
        agreements = AgreementService(
            control: control, tenants: tenants, staff: staff, source: source, texts: agreementTexts, seals: seals,
            links: AgreementLinks(controlKey), sealing: configuration.sealing, audit: audit)
        notices = AgreementNoticeService(agreements: agreements)
        instructions = InstructionService(control: control, tenants: tenants, seals: seals, audit: audit)
        let keeper = AgreementKeeper(agreements: agreements, notices: notices, logger: logger)
        channels = ChannelService(
            control: control, controlKey: controlKey, directory: directory, plugins: plugins, tenants: tenants,
            routes: routes, audit: audit, http: http, publicURL: configuration.publicURL, wake: wake)
        channels.register(with: approvals)
        apiKeys = APIKeyService(control: control, tenants: tenants, audit: audit)
        idempotency = IdempotencyService(control: control, controlKey: controlKey)
        ingress = IngressService(
            plugins: plugins, routes: RouteDirectory(store: routes), store: routes, batches: ingestBatches)
        sending = SendingService(directory: directory, plugins: plugins, batches: sendBatches, wake: wake)
        reading = ReadingService(directory: directory, audit: audit)
        consents = ConsentService(directory: directory, plugins: plugins)
        webhooks = WebhookService(directory: directory, audit: audit, wake: wake)
        imports = ConsentImportService(directory: directory, plugins: plugins, audit: audit, wake: wake)
        consentTerms = ConsentTermsService(directory: directory, tenants: tenants, plugins: plugins, audit: audit)
        consentSources = ConsentSourceService(
            control: control, directory: directory, tenants: tenants, plugins: plugins, audit: audit)
        consentVerifier = ConsentVerifier(control: control, directory: directory)
        publicSources = PublicSourceService(control: control, directory: directory, plugins: plugins)
        gateChecks = GateChecks(directory: directory, plugins: plugins)
        withdrawals = WithdrawalService(
            directory: directory, tenants: tenants, links: PersonLinks(controlKey), wake: wake)
        consentRecords = ConsentRecordService(
            reader: ConsentDossierReader(
                tenants: tenants, provider: provider, directory: directory, plugins: plugins),
            links: PersonLinks(controlKey), sealing: configuration.sealing, audit: audit,
            publicURL: configuration.publicURL)
        deadLetters = DeadLetterService(directory: directory, tenants: tenants, audit: audit, wake: wake)
        erasure = TenantErasure(
            tenants: tenants, callers: apiKeys.cache, sealer: sealer ?? configuration.sealing)
        exports = ExportService(tenants: tenants)
        moves = TenantMoveService(control: control, tenants: tenants, directory: directory, audit: audit)
        moves.register(with: approvals)
        mover = TenantMover(
            tenants: tenants, moves: moves, notices: notices, sealer: sealer ?? configuration.sealing, wake: wake,
            logger: logger)
        approvals.register(.terminateTenant) { [tenants] approval, cause in
            guard let tenant = approval.tenant else { throw PlatformError.notFound("tenant") }
            _ = try await tenants.terminate(
                tenant, reason: approval.reason, erasureDelay: approval.payload["erase_after_days"]?.int, cause)
        }
        approvals.register(.eraseTenant) { [tenants] approval, cause in
            guard let tenant = approval.tenant else { throw PlatformError.notFound("tenant") }
            _ = try await tenants.eraseNow(tenant, reason: approval.reason, cause)
        }
        approvals.register(.endAgreement) { [agreements] approval, cause in
            try await agreements.end(approval, cause)
        }
        let pools = [control] + directory.shards.values.flatMap { [$0.app, $0.worker] }
        let reconciler = StandingReconciler(tenants: tenants, shards: Set(directory.shards.keys), logger: logger)
        let housekeepers =
            configuration.runsWorkers ? directory.shards.values.map { Housekeeper(shard: $0, logger: logger) } : []
        let watches = configuration.runsWorkers ? [ChannelWatch(channels: channels, logger: logger)] : []
        let meter = QueueMeter(shards: Array(directory.shards.values), logger: logger)
        let keepers: [any Service] =
            configuration.runsWorkers
            ? [
                StaffKeeper(approvals: approvals, signIn: plane.signIn, logger: logger), keeper,
                TenantMoveWorker(mover: mover, logger: logger),
                ControlHousekeeper(idempotency: idempotency, logger: logger),
                ErasureWorker(
                    erasure: erasure, control: control, shards: directory.shards.keys.sorted(), logger: logger),
            ] : []
        let sealers =
            configuration.sealing == nil
            ? []
            : [
                AuditSealer(
                    seals: auditSeals, consents: ConsentHeads(directory: directory, audit: audit, logger: logger),
                    logger: logger)
            ]
        var services: [any Service] = pools
        services += [reconciler, meter, refusals]
        services += sealers
        services += keepers
        services += watches
        services += housekeepers
        services += wakers.map { $0 as any Service }
        services += workers.values.joined().map { $0 as any Service }
        services += ingestBatches.values.map { $0 }
        services += sendBatches.values.map { $0 }
        self.services = services
    }

    /// Of a process that runs no services: a command.
    public func close() async {
        for shard in directory.shards.values {
            await shard.app.close()
            await shard.worker.close()
        }
        await control.close()
    }

    /// What of the installation this process reaches.
    public struct Readiness: Sendable {
        public var control: Bool
        public var shards: [(id: ShardID, isReady: Bool)]

        /// A region that is down must not take the others' requests away from this process.
        public var isReady: Bool { control && shards.contains(where: \.isReady) }
    }

    /// Asks every database at once, and waits a second at most.
    public func readiness() async -> Readiness {
        let shards = directory.shards.values.sorted { $0.id < $1.id }
        async let control = Self.answers(self.control)
        let answers = await withTaskGroup(of: (Int, Bool).self) { group in
            for (index, shard) in shards.enumerated() { group.addTask { (index, await Self.answers(shard.app)) } }
            return await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
        }
        let found = shards.enumerated().map { (id: $1.id, isReady: answers[$0] ?? false) }
        return Readiness(control: await control, shards: found)
    }

    private static func answers(_ client: PostgresClient) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await client.query(PostgresQuery("readiness", "SELECT 1"))) != nil }
            group.addTask {
                try? await Task.sleep(for: .seconds(1))
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
