public import PluginKit
import Postgres

import struct Foundation.Date

/// A channel with what connecting it took.
public struct ConnectedChannel: Sendable {
    public var channel: Channel
    public var report: ConnectionReport
}

extension ChannelService {
    /// What connecting would do, after the same look at the messenger. Saves nothing.
    public func rehearse(_ id: TenantID, _ new: NewChannel) async throws -> ConnectionReport {
        try await examine(id, new).report
    }

    /// Connects a channel to a tenant, with an ingress of its own: looks at the messenger, saves, and joins the two.
    /// When that is interrupted or refused halfway, the same call finishes it.
    /// - Throws: `.invalid` naming what to mend; `.conflict` when the number belongs to a tenant already; `.unavailable`
    ///   when the messenger has to be asked again later.
    public func connect(_ id: TenantID, _ new: NewChannel, _ cause: Cause) async throws -> ConnectedChannel {
        let wanted = try await examine(id, new)
        let saved = try await save(wanted, cause)
        return try await join(saved, wanted, cause)
    }

    /// Everything that connecting needs, looked at.
    struct Examined: Sendable {
        var place: Place
        var plugin: any ChannelPlugin
        var configuration: PluginConfiguration
        var ingress: PluginConfiguration
        var addresses: ChannelAddresses
        var secretsChanged: [String: Date]
        var report: ConnectionReport
    }

    private func examine(_ id: TenantID, _ new: NewChannel) async throws -> Examined {
        guard let plugin = plugins.channels[new.plugin] else {
            let known = plugins.channels.keys.sorted().joined(separator: ", ")
            throw PlatformError.invalid("plugin", "there is no such channel plugin; known are: \(known)")
        }
        try await requireCovered(id, plugin)
        let configuration = try Self.check(new.configuration, plugin.channelSchema, at: "configuration")
        let ingress = try Self.check(new.ingress, plugin.ingressSchema, at: "ingress")
        var addresses = try Self.addresses(of: configuration, plugin)
        let place = try await place(of: id)
        // What is taken already is told without asking the messenger.
        if let owner = try await routes.channel(plugin: new.plugin, kind: "channel", addresses.channel) {
            guard owner.tenant == id, try await find(owner.channel, place).channel.joinedAt == nil else {
                throw Self.taken
            }
        }
        let fresh = Self.fresh(id, new.plugin, addresses)
        let report = await plugin.examine(
            connection(to: fresh, configuration, place), for: point(fresh, ingress), in: place.jurisdiction)
        if let problem = report.problem() { throw problem }
        addresses.display = addresses.display ?? report.displayAddress.flatMap { $0.utf8.count <= 128 ? $0 : nil }
        let now = Date()
        let secrets =
            Self.secrets(configuration.revealed, plugin.channelSchema, at: "configuration")
            + Self.secrets(ingress.revealed, plugin.ingressSchema, at: "ingress")
        return Examined(
            place: place, plugin: plugin, configuration: configuration, ingress: ingress, addresses: addresses,
            secretsChanged: Dictionary(secrets.map { ($0, now) }) { $1 }, report: report)
    }

    private static func fresh(_ tenant: TenantID, _ plugin: String, _ addresses: ChannelAddresses) -> Channel {
        Channel(
            id: .generate(), tenant: tenant, plugin: plugin, address: addresses.channel,
            displayAddress: addresses.display, state: .stopped(reason: unfinished), ingressRoute: .generate(),
            createdAt: Date())
    }

    static let unfinished = "Connecting is not finished. Connect the same number again."

    // MARK: - Saving

    private func save(_ wanted: Examined, _ cause: Cause) async throws -> Channel {
        let (id, shard) = (wanted.place.tenant.id, wanted.place.shard)
        var fresh = Self.fresh(id, wanted.plugin.manifest.name, wanted.addresses)
        fresh.secretsChanged = wanted.secretsChanged
        // The region first: a route that exists always leads to a channel.
        let add = ChannelStore.add(
            fresh, account: wanted.addresses.account, sealed: try seal(wanted.configuration, fresh, wanted.place.keys))
        let isFresh = try await Self.isNew { try await shard.app.transactionBatch(settings: asTenant(id), [add]) }
        let channel = isFresh ? fresh : try await interrupted(fresh, shard)
        do {
            try await addRoutes(channel, wanted, cause)
        } catch let refusal as PlatformError {
            // Unless another caller finished connecting this very channel at the same moment.
            if isFresh, try await route(of: channel)?.channel != channel.id {
                _ = try await shard.app.transactionBatch(settings: asTenant(id), [ChannelStore.remove(id, channel.id)])
            }
            throw refusal
        }
        if isFresh { return channel }
        let update = ChannelStore.update(
            channel, account: wanted.addresses.account, display: fresh.displayAddress,
            sealed: try seal(wanted.configuration, channel, wanted.place.keys), secrets: fresh.secretsChanged)
        return try ChannelStore.channel(
            try await shard.app.transactionBatch(settings: asTenant(id), [update])[0][0], of: id)
    }

    /// Makes what comes in lead to the channel; all of it or nothing.
    /// - Throws: `.conflict` when the number is connected, or its account belongs to another tenant.
    private func addRoutes(_ channel: Channel, _ wanted: Examined, _ cause: Cause) async throws {
        let sealed = try SealedConfiguration.seal(
            wanted.ingress, controlKey, RouteStore.context(channel.ingressRoute))
        try await control.transaction { tx in
            let rows = try await tx.pipeline([
                RouteStore.addIngress(channel, sealed: sealed), RouteStore.addChannel(channel),
            ])
            guard !rows[0].isEmpty, !rows[1].isEmpty else { throw Self.taken }
            if let account = wanted.addresses.account { try await RouteStore.add(account: account, of: channel, tx) }
            try await audit.enter(
                AuditRecord("channel.added", .init("channel", channel.id), cause, after: channel.trail),
                in: .tenant(channel.tenant), tx)
        }
    }

    /// The channel that an interrupted connecting left in the region, or an earlier disconnecting.
    /// - Throws: `.conflict` when the number is connected.
    private func interrupted(_ wanted: Channel, _ shard: Shard) async throws -> Channel {
        let rows = try await shard.app.transactionBatch(
            settings: asTenant(wanted.tenant), [ChannelStore.list(wanted.tenant)])[0]
        let known = try rows.map { try ChannelStore.channel($0, of: wanted.tenant) }
            .first { $0.plugin == wanted.plugin && $0.address == wanted.address }
        guard let known, known.joinedAt == nil else {
            guard let known, try await route(of: known) == nil else { throw Self.taken }
            return known
        }
        return known
    }

    private func route(of channel: Channel) async throws -> ChannelRoute? {
        try await routes.channel(plugin: channel.plugin, kind: "channel", channel.address)
    }

    // MARK: - Joining

    /// Tells the messenger of the channel, and lets it carry messages when all of that went well.
    private func join(_ channel: Channel, _ wanted: Examined, _ cause: Cause) async throws -> ConnectedChannel {
        let report = await wanted.plugin.connect(
            connection(to: channel, wanted.configuration, wanted.place), to: point(channel, wanted.ingress),
            in: wanted.place.jurisdiction)
        let channel = try await settle(channel, report, wanted.place.shard)
        try await audit.enter(
            AuditRecord(
                "channel.connected", .init("channel", channel.id), cause,
                outcome: report.failure == nil ? .done : .refused,
                after: ["state": .string(channel.state.columns.state), "steps": report.trail]),
            in: .tenant(channel.tenant))
        if let problem = report.problem(aftermath: "The channel is kept, stopped; connect it again to finish.") {
            throw problem
        }
        wake(wanted.place.shard.id)
        return ConnectedChannel(
            channel: channel,
            report: ConnectionReport(
                wanted.report.steps.filter { step in !report.steps.contains { $0.name == step.name } } + report.steps))
    }

    /// Writes down whether the messenger knows the channel now.
    func settle(_ channel: Channel, _ report: ConnectionReport, _ shard: Shard) async throws -> Channel {
        let state = Self.state(after: report)
        let rows = try await shard.app.transactionBatch(
            settings: asTenant(channel.tenant),
            [ChannelStore.settle(channel, state, isJoined: report.failure == nil), QueueStore.hurry(channel.tenant)])
        guard let row = rows[0].first else { throw PlatformError.notFound("channel") }
        return try ChannelStore.channel(row, of: channel.tenant)
    }

    static func state(after report: ConnectionReport) -> ChannelState {
        report.failure.map { .stopped(reason: "\(unfinished) \($0.name): \($0.detail)") } ?? .active
    }

    /// Runs what stores an address: false when somebody has it already.
    static func isNew(_ body: () async throws -> [PostgresRows]) async throws -> Bool {
        do {
            _ = try await body()
            return true
        } catch {
            guard (error as? PostgresError)?.sqlState == .uniqueViolation else { throw error }
            return false
        }
    }

    static let taken = PlatformError(
        .conflict, "This number is connected already.",
        remedy: "A number belongs to one tenant in the whole installation.")
}
