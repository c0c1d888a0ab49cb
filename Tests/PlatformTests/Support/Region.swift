import Declared
import Foundation
import Logging
import Outbound
import PluginKit
import Postgres
import SelfHosted
import ServiceLifecycle
import Signing
import TestSupport
import WhatsAppCloud

@testable import Platform

/// A control plane and a region on databases of their own, opened as the server opens them; no worker runs unless a test starts one.
struct Region: Sendable {
    static let name = RegionID("eu-test")!

    let installation: Installation
    let messenger: Messenger
    let asker: Asker
    /// As the superuser, whom row-level security does not hold: to look at what is stored, and to damage it.
    let database: PostgresClient
    let controlDatabase: PostgresClient
    let configuration: InstallationConfiguration
    let folder: String

    var shard: Shard { get throws { try installation.sending.directory.shard(ShardID("eu-test-1")!) } }
    /// As `obhut_control`.
    var control: PostgresClient { installation.channels.control }

    /// Opens a region for `body`, on databases that hold nothing.
    static func with(_ body: @Sendable @escaping (Region) async throws -> Void) async throws {
        try await Databases.lend { databases in
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("obhut-region-\(UUID())").path
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try await TestDatabase.withClient(databases.region) { database in
                try await TestDatabase.withClient(databases.control) { controlDatabase in
                    let (messenger, asker) = (Messenger(), Asker())
                    let configuration = InstallationConfiguration(
                        controlURL: databases.control.url(as: "obhut_control"),
                        regions: [.test(databases.region, folder: folder)], appConnections: 6, workerConnections: 6,
                        runsWorkers: false, sealing: try .forTests())
                    let region = Region(
                        installation: try await open(configuration, folder, [messenger], asker),
                        messenger: messenger, asker: asker, database: database, controlDatabase: controlDatabase,
                        configuration: configuration,
                        folder: folder)
                    try await running(region.installation.services) { try await body(region) }
                }
            }
        }
    }

    /// Another server process on the same databases and keys, while `body` runs.
    /// - Parameters:
    ///   - newcomer: a plugin that it has besides ours, or in place of the one of the same name.
    ///   - facts: what its region is configured with in place of ours.
    func anotherProcess(
        with newcomer: Messenger? = nil, declaring facts: [String: String] = [:],
        _ body: @Sendable @escaping (Installation) async throws -> Void
    ) async throws {
        var configuration = configuration
        for (key, value) in facts { configuration.regions[0].values[key] = value }
        let replaced = newcomer?.manifest.name == messenger.manifest.name
        let messengers = (replaced ? [] : [messenger]) + [newcomer].compactMap(\.self)
        let other = try await Self.open(configuration, folder, messengers, asker)
        try await running(other.services) { try await body(other) }
    }

    static func open(
        _ configuration: InstallationConfiguration, _ folder: String, _ messengers: [Messenger],
        _ asker: Asker
    ) async throws -> Installation {
        var plugins = PluginRegistry()
        for messenger in messengers { try plugins.register(channel: messenger) }
        try plugins.register(channel: WhatsAppCloud())
        try plugins.register(consentSource: Declared())
        try plugins.register(consentSource: asker)
        try plugins.register(consentSource: SignPost())
        try plugins.register(storageRegion: SelfHosted())
        let isFirst = !FileManager.default.fileExists(atPath: folder)
        let keys = try KeyFile.open(path: "\(folder)/control/keys.json", owner: "control", firstStart: isFirst)
        return try await Installation.open(
            configuration, plugins: plugins, controlKeyStore: keys, http: KindMeta(), logger: .quiet)
    }

    func rows(_ sql: String, _ parameters: [any PostgresEncodable] = []) async throws -> PostgresRows {
        try await database.query(PostgresQuery("test.look", sql, parameters))
    }

    /// The same in the control database.
    func controlRows(_ sql: String, _ parameters: [any PostgresEncodable] = []) async throws -> PostgresRows {
        try await controlDatabase.query(PostgresQuery("test.look", sql, parameters))
    }

    /// What a query for one number says.
    func number(_ sql: String, _ parameters: [any PostgresEncodable] = []) async throws -> Int {
        try await rows(sql, parameters)[0].decode(0)
    }
}

/// Runs services while `body` runs, and then stops them as the server does.
func running(_ services: [any Service], _ body: @Sendable @escaping () async throws -> Void) async throws {
    let group = ServiceGroup(services: services, logger: .quiet)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
            do {
                try await body()
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
        }
        try await tasks.waitForAll()
    }
}

extension SealingIdentity {
    static func forTests() throws -> SealingIdentity {
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        let identity = try SigningIdentity.selfSigned(
            organisation: "Obhut Test GmbH", commonName: "Seals", country: "DE",
            validity: now.addingTimeInterval(-3600)...now.addingTimeInterval(86_400 * 90))
        return SealingIdentity(identity, isSelfSigned: true)
    }
}

extension Logger {
    /// Says nothing: tests break things on purpose.
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

extension PostgresConfiguration {
    func url(as role: String) -> Secret<String> {
        Secret("postgresql://\(role)@/\(database)?host=\(host)&port=\(port)&sslmode=disable")
    }
}

extension RegionConfiguration {
    static func test(
        _ database: PostgresConfiguration, folder: String, country: String = "DE", id: RegionID = Region.name
    ) -> RegionConfiguration {
        RegionConfiguration(
            id: id, plugin: "self-hosted",
            values: [
                "data_folder": folder, "owner_url": database.url(as: "obhut_owner").revealed,
                "app_url": database.url(as: "obhut_app").revealed,
                "worker_url": database.url(as: "obhut_worker").revealed,
                "country": country, "place": "Testheim", "operator": "Tests",
            ])
    }
}
