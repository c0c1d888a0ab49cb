import Foundation
import PluginKit
import Postgres
import TestSupport

@testable import Platform

/// A control plane and two regions, each on a database of its own and with keys of its own.
struct TwoRegions: Sendable {
    static let otherName = RegionID("eu-other")!
    static let otherShard = ShardID("eu-other-1")!

    /// The first, where tenants of tests are made.
    let region: Region
    /// The second's database, as the superuser.
    let other: PostgresClient

    var installation: Installation { region.installation }
    var source: Shard { get throws { try region.shard } }
    var target: Shard { get throws { try installation.moves.directory.shard(Self.otherShard) } }

    static func with(_ body: @Sendable @escaping (TwoRegions) async throws -> Void) async throws {
        try await Databases.lend { first in
            try await Databases.lend { second in
                let folder = FileManager.default.temporaryDirectory.appendingPathComponent("obhut-two-\(UUID())").path
                defer { try? FileManager.default.removeItem(atPath: folder) }
                let configuration = InstallationConfiguration(
                    controlURL: first.control.url(as: "obhut_control"),
                    regions: [
                        .test(first.region, folder: folder + "/a"),
                        .test(second.region, folder: folder + "/b", country: "FR", id: otherName),
                    ], appConnections: 6, workerConnections: 6, runsWorkers: false, sealing: try .forTests())
                try await TestDatabase.withClient(first.region) { database in
                    try await TestDatabase.withClient(first.control) { controlDatabase in
                        try await TestDatabase.withClient(second.region) { other in
                            let (messenger, asker) = (Messenger(), Asker())
                            let region = Region(
                                installation: try await Region.open(configuration, folder, [messenger], asker),
                                messenger: messenger, asker: asker, database: database,
                                controlDatabase: controlDatabase,
                                configuration: configuration, folder: folder)
                            try await running(region.installation.services) {
                                try await body(TwoRegions(region: region, other: other))
                            }
                        }
                    }
                }
            }
        }
    }

    // MARK: - Moving

    /// Asked for by one member and approved by another; nothing has begun yet.
    @discardableResult
    func plan(_ tenant: TenantID, to name: RegionID = otherName) async throws -> TenantMove {
        let names = [UUID().uuidString, UUID().uuidString].map { $0.lowercased() }
        let (one, two) = (
            try await region.colleague(names[0], [.operations]), try await region.colleague(names[1], [.operations])
        )
        let approval = try await installation.askToChangeRegion(
            tenant, to: name, reason: "näher bei den Kunden", Cause(.staff(one)))
        let decided = try await installation.approvals.decide(
            approval.id, .approve, reason: nil, Cause(.staff(two)))
        guard decided.state == .carriedOut, let move = try await self.move(of: tenant) else {
            throw PlatformError(.conflict, "The move was not planned: \(decided.failure ?? decided.state.rawValue)")
        }
        return move
    }

    func move(of tenant: TenantID) async throws -> TenantMove? { try await installation.moves.place(of: tenant).move }

    /// A worker looks once, and goes on as far as it can.
    func work(
        _ limits: TenantMover.Limits = .init(interval: .milliseconds(10)),
        after: @escaping @Sendable (TenantMover.Step) async throws -> Void = { _ in }
    ) async {
        var mover = installation.mover
        (mover.limits, mover.after) = (limits, after)
        await TenantMoveWorker(mover: mover, logger: .quiet).look()
    }

    // MARK: - Looking

    /// The tables that hold a tenant's rows.
    func tables() async throws -> [String] {
        try await region.rows(
            """
            SELECT table_name::text AS name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = 'public' AND column_name = 'tenant_id' AND table_type = 'BASE TABLE' ORDER BY 1
            """
        ).map { try $0.decode("name") }
    }

    /// Rows by table.
    func counts(_ tenant: TenantID, in database: PostgresClient) async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for table in try await tables() {
            counts[table] = try await database.query(
                PostgresQuery("test.count", "SELECT count(*) FROM \(table) WHERE tenant_id = $1", [tenant]))[0].decode(
                    0)
        }
        return counts
    }

    func movement(_ tenant: TenantID, in database: PostgresClient) async throws -> String? {
        try await database.query(
            PostgresQuery(
                "test.movement", "SELECT coalesce(movement, 'none') FROM tenant_standing WHERE tenant_id = $1", [tenant]
            )
        ).first?.decode(0)
    }
}

/// A tenant with something in every table that can have something, and the ways to look at it from where it lives now.
struct Mover: Sendable {
    let two: TwoRegions
    let company: Company
    var id: TenantID { company.id }

    init(in two: TwoRegions) async throws {
        self.two = two
        let region = two.region
        company = try await Company(in: region)
        try await company.listen()
        try await company.befriend(Person(1), [Person(1).phone])
        try await company.befriend(Person(2), [Person(2).user])
        try await company.befriend(Person(3))
        try await company.agree(Person(9).phone)
        try await company.send("Hallo", to: Person(1).byPhone, key: "key")
        try await Hand(in: region).work()
        let sent = region.messenger.deliveries.last { $0.channel == company.channel.address }
        try await company.receive(
            company.channel.status(.delivered, of: sent?.providerID ?? ""),
            company.channel.event(.account(field: "security"), key: "event \(company.id)"),
            company.channel.message("join \(company.id)", from: [Person(1).phone, Person(2).user]))
        region.messenger.answer { _ in .giveUp(.never) }
        try await company.send("lost", to: Person(1).byPhone)
        try await Hand(in: region).work()
        region.messenger.answer { .accepted($0) }
        for turn in 1...3 { try await company.send("waits \(turn)", to: Person(3).byPhone) }
        try await company.keepCode(from: company.setUp())
        try await company.fillQuarantine()
        try await company.fillImport()
        // Nobody takes them before the test wants it.
        _ = try await region.rows(
            "UPDATE queue_lanes SET run_at = now() + interval '1 hour' WHERE tenant_id = $1", [company.id])
        _ = try await region.installation.channels.health(company.id, company.channel.id)
    }

    /// As its key is looked up anew.
    var caller: Caller {
        get async throws {
            let tenant = try await two.installation.tenants.find(id)
            return Caller(
                tenant: id, region: tenant.region, shard: tenant.shard, key: company.caller.key,
                scopes: Set(Scope.allCases))
        }
    }

    /// Everything that the tenant can read, opened, as text.
    func told(by installation: Installation? = nil) async throws -> [String] {
        let (installation, caller, page) = (
            installation ?? two.installation, try await caller, PageRequest(limit: 200)
        )
        let reading = installation.reading
        var told: [String] = []
        for contact in try await reading.contacts(caller, page).items {
            told.append("\(contact.id) \(contact.name?.revealed ?? "-")")
            told += contact.addresses.map { "\($0.identity.kind) \($0.identity.address.revealed)" }
            for consent in try await installation.consents.list(caller, contact.id) {
                told.append("\(consent.purpose) \(consent.standing.state)")
            }
        }
        let messages = try await reading.messages(caller, in: nil, direction: nil, state: nil, page).items
        told += messages.map { "\($0.id) \($0.state) \($0.content.fields["body"]?.string ?? "-")" }
        told += try await reading.events(caller, page).items.map { "\($0.id) \($0.kind)" }
        told += try await installation.channels.list(id).map { "\($0.id) \($0.address) \($0.state)" }
        told += try await installation.consentSources.list(id).map {
            "\($0.source.id) \($0.source.state) \($0.configuration.text) \($0.purposes)"
        }
        told += try await installation.deadLetters.list(id).items.map { "\($0.message) \($0.fault.code)" }
        return told
    }

    @discardableResult
    func send(_ text: String, to person: Person, key: String? = nil) async throws -> SendReceipt {
        try await two.installation.sending.send(
            try await caller, company.request(text, to: person.byPhone, key: key))
    }

    /// Delivers what is due where the tenant lives.
    func deliver() async throws {
        let installation = two.installation
        let shard = try installation.moves.directory.shard(try await caller.shard)
        let lane = DeliveryLane(
            shard: shard, plugins: installation.plugins, flows: FlowKeys(installation.plugins), http: KindMeta(),
            rates: ChannelRates(perSecond: 10_000), startedAt: Date(timeIntervalSinceNow: -3600), logger: .quiet)
        while true {
            let lease = UUID()
            let rows = try await shard.worker.query(
                QueueStore.claim(
                    QueueStore.delivery, lease: lease, limit: 64, holding: DeliveryLane.lease, busy: [:], share: 16))
            if rows.isEmpty { return }
            for row in rows {
                await lane.run(
                    Lane(
                        tenant: try row.decode("tenant_id"), kind: QueueStore.delivery, id: try row.decode("lane_id"),
                        lease: lease))
            }
        }
    }
}
