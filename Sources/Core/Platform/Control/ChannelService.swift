import Outbound
public import PluginKit
import Postgres

import struct Foundation.Date

/// Connects tenants' numbers and looks after them.
public struct ChannelService: Sendable {
    let control: PostgresClient
    let controlKey: DataKey
    let directory: RegionDirectory
    let plugins: PluginRegistry
    let tenants: TenantService
    let routes: RouteStore
    let http: any OutboundHTTP
    let wake: @Sendable (ShardID) -> Void

    /// The keys under which a channel's configuration names its address and the account that holds it.
    static let addressKeys = (
        channel: "phone_number_id", account: "business_account_id", display: "display_phone_number"
    )

    /// Connects a channel to a tenant, with an ingress of its own.
    /// - Throws: `.invalid` naming every key that is wrong; `.conflict` when the number belongs to a tenant already.
    public func connect(_ id: TenantID, _ new: NewChannel) async throws -> Channel {
        let tenant = try await tenants.find(id)
        guard let plugin = plugins.channels[new.plugin] else {
            let known = plugins.channels.keys.sorted().joined(separator: ", ")
            throw PlatformError.invalid("plugin", "there is no such channel plugin; known are: \(known)")
        }
        let configuration = try Self.check(new.configuration, plugin.channelSchema, at: "configuration")
        let ingress = try Self.check(new.ingress, plugin.ingressSchema, at: "ingress")
        guard let address = configuration.text(Self.addressKeys.channel), address.utf8.count <= 128 else {
            throw PlatformError.invalid(
                "configuration.\(Self.addressKeys.channel)", "expected the channel's id, at most 128 characters")
        }
        let account = configuration.text(Self.addressKeys.account)
        let shard = try directory.shard(tenant.shard)
        let keys = try await shard.keys.keys(of: id)
        let fresh = Channel(
            id: .generate(), tenant: id, plugin: new.plugin, address: address,
            displayAddress: configuration.text(Self.addressKeys.display), state: .active, ingressRoute: .generate(),
            createdAt: Date())
        // The region first: a route that exists always leads to a channel.
        let add = ChannelStore.add(fresh, account: account, sealed: try seal(configuration, fresh, keys))
        let isFresh = try await Self.isNew { try await shard.app.transactionBatch(settings: asTenant(id), [add]) }
        let channel = isFresh ? fresh : try await interrupted(fresh, shard)
        let ingressSealed = try SealedConfiguration.seal(ingress, controlKey, RouteStore.context(channel.ingressRoute))
        let routing = Self.routing(channel, account: account, ingressSealed: ingressSealed)
        guard try await Self.isNew({ try await control.transactionBatch(routing) }) else {
            // Unless another caller finished connecting this very channel at the same moment.
            if isFresh, try await route(of: channel)?.channel != channel.id {
                _ = try await shard.app.transactionBatch(settings: asTenant(id), [ChannelStore.remove(id, channel.id)])
            }
            throw Self.taken
        }
        if isFresh { return channel }
        let update = ChannelStore.update(
            channel, account: account, display: fresh.displayAddress, sealed: try seal(configuration, channel, keys))
        return try ChannelStore.channel(
            try await shard.app.transactionBatch(settings: asTenant(id), [update])[0][0], of: id)
    }

    /// The channel that connecting left in the region when it was interrupted before the control plane knew of it.
    /// - Throws: `.conflict` when the number is connected.
    private func interrupted(_ wanted: Channel, _ shard: Shard) async throws -> Channel {
        let rows = try await shard.app.transactionBatch(
            settings: asTenant(wanted.tenant), [ChannelStore.list(wanted.tenant)])[0]
        let known = try rows.map { try ChannelStore.channel($0, of: wanted.tenant) }
            .first { $0.plugin == wanted.plugin && $0.address == wanted.address }
        guard let known, try await route(of: known) == nil else { throw Self.taken }
        return known
    }

    private func route(of channel: Channel) async throws -> ChannelRoute? {
        try await routes.channel(plugin: channel.plugin, kind: "channel", channel.address)
    }

    func seal(_ configuration: PluginConfiguration, _ channel: Channel, _ keys: TenantKeys) throws -> [UInt8] {
        try SealedConfiguration.seal(configuration, keys.data, ChannelStore.sealContext(channel.id, channel.tenant))
    }

    /// Runs what stores an address: false when somebody has it already.
    private static func isNew(_ body: () async throws -> [PostgresRows]) async throws -> Bool {
        do {
            _ = try await body()
            return true
        } catch {
            guard (error as? PostgresError)?.sqlState == .uniqueViolation else { throw error }
            return false
        }
    }

    private static let taken = PlatformError(
        .conflict, "This number is connected already.",
        remedy: "A number belongs to one tenant in the whole installation.")

    static func check(
        _ values: [String: String], _ schema: ConfigurationSchema, at path: String
    ) throws -> PluginConfiguration {
        switch schema.validate(values) {
        case .success(let configuration): return configuration
        case .failure(let problems):
            let fields = problems.problems.map {
                PlatformError.Field(path: "\(path).\($0.key)", problem: "expected \($0.expected), found \($0.found)")
            }
            throw PlatformError(.invalid, "The channel's configuration is not right.", fields: fields)
        }
    }

    private static func routing(_ channel: Channel, account: String?, ingressSealed: [UInt8]) -> [PostgresQuery] {
        var queries = [
            PostgresQuery(
                "routes.add-ingress",
                """
                INSERT INTO ingress_routes (ingress_route_id, plugin, tenant_id, configuration_sealed)
                VALUES ($1, $2, $3, $4)
                """, [channel.ingressRoute, channel.plugin, channel.tenant, ingressSealed]),
            PostgresQuery(
                "routes.add-channel",
                """
                INSERT INTO channel_routes (plugin, kind, address, tenant_id, channel_id, ingress_route_id)
                VALUES ($1, 'channel', $2, $3, $4, $5)
                """, [channel.plugin, channel.address, channel.tenant, channel.id, channel.ingressRoute]),
        ]
        if let account { queries.append(RouteStore.addAccount(account, channel)) }
        return queries
    }

    public func list(_ id: TenantID) async throws -> [Channel] {
        let tenant = try await tenants.find(id)
        let shard = try directory.shard(tenant.shard)
        let rows = try await shard.app.transactionBatch(settings: asTenant(id), [ChannelStore.list(id)])[0]
        return try rows.map { try ChannelStore.channel($0, of: id) }
    }

    public func health(_ id: TenantID, _ channel: ChannelID) async throws -> HealthReport {
        let tenant = try await tenants.find(id)
        let shard = try directory.shard(tenant.shard)
        let rows = try await shard.app.transactionBatch(settings: asTenant(id), [ChannelStore.list(id)])[0]
        for row in rows where try row.decode("channel_id", as: ChannelID.self) == channel {
            let known = try ChannelStore.channel(row, of: id)
            guard let plugin = plugins.channels[known.plugin] else { throw PlatformError.notFound("channel plugin") }
            let keys = try await shard.keys.keys(of: id)
            let configuration = try SealedConfiguration.open(
                row.decode("configuration_sealed"), keys.data, ChannelStore.sealContext(channel, id),
                plugin.channelSchema)
            var report = await plugin.health(
                of: ChannelConnection(address: known.address, configuration: configuration, http: http))
            if case .stopped(let reason) = known.state {
                report.findings.insert(.init(name: "channel", state: .unavailable, detail: "Stopped: \(reason)"), at: 0)
            }
            return report
        }
        throw PlatformError.notFound("channel")
    }

    /// Lets a stopped channel go on; what was queued is tried again at once.
    public func start(_ id: TenantID, _ channel: ChannelID) async throws -> Channel {
        let tenant = try await tenants.find(id)
        let shard = try directory.shard(tenant.shard)
        let rows = try await shard.app.transactionBatch(
            settings: asTenant(id),
            [ChannelStore.setState(id, channel, .active), QueueStore.hurry(id), ChannelStore.list(id)])
        wake(shard.id)
        for row in rows[2] where try row.decode("channel_id", as: ChannelID.self) == channel {
            return try ChannelStore.channel(row, of: id)
        }
        throw PlatformError.notFound("channel")
    }

    /// Events that came for numbers that nobody has, or on another ingress than theirs.
    public func unroutable() async throws -> [UnroutableCount] { try await routes.unroutable() }
}
