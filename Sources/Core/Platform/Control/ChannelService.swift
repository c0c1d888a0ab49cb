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

    /// Bytes that a channel's or an account's address may have.
    static let addressLimit = 128

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
        guard let addresses = plugin.addresses(of: configuration), Self.areShort(addresses) else {
            throw PlatformError.invalid(
                "configuration", "it must name the channel's address, of at most \(Self.addressLimit) bytes")
        }
        let shard = try directory.shard(tenant.shard)
        let keys = try await shard.keys.keys(of: id)
        let channel = Channel(
            id: .generate(), tenant: id, plugin: new.plugin, address: addresses.channel,
            displayAddress: addresses.display,
            state: .active, ingressRoute: .generate(), createdAt: Date())
        let sealed = try SealedConfiguration.seal(configuration, keys.data, ChannelStore.sealContext(channel.id, id))
        let ingressSealed = try SealedConfiguration.seal(ingress, controlKey, RouteStore.context(channel.ingressRoute))
        // The region first: a route that exists always leads to a channel.
        try await removeUnrouted(channel, shard)
        let add = ChannelStore.add(channel, account: addresses.account, sealed: sealed)
        guard try await Self.isNew({ try await shard.app.transactionBatch(settings: asTenant(id), [add]) }) else {
            throw Self.taken
        }
        let routing = Self.routing(channel, account: addresses.account, ingressSealed: ingressSealed)
        var rows: [PostgresRows] = []
        let isRouted = try await Self.isNew {
            rows = try await control.transactionBatch(routing)
            return rows
        }
        if isRouted, rows.last?.isEmpty == false || addresses.account == nil { return channel }
        try await disconnect(channel, shard)
        throw isRouted ? Self.accountTaken : Self.taken
    }

    /// What a connecting that was interrupted left in the region is in the way of the next try.
    private func removeUnrouted(_ channel: Channel, _ shard: Shard) async throws {
        let known = try await shard.app.transactionBatch(
            settings: asTenant(channel.tenant), [ChannelStore.list(channel.tenant)])[0]
        for row in known
        where try row.decode("plugin", as: String.self) == channel.plugin
            && row.decode("address", as: String.self) == channel.address
        {
            let left = try ChannelStore.channel(row, of: channel.tenant)
            if try await routes.channel(plugin: left.plugin, kind: "channel", left.address) == nil {
                try await disconnect(left, shard)
            }
        }
    }

    private func disconnect(_ channel: Channel, _ shard: Shard) async throws {
        _ = try await control.transactionBatch(RouteStore.removal(channel))
        _ = try await shard.app.transactionBatch(
            settings: asTenant(channel.tenant), [ChannelStore.remove(channel.tenant, channel.id)])
    }

    private static func areShort(_ addresses: ChannelAddresses) -> Bool {
        !addresses.channel.isEmpty
            && [addresses.channel, addresses.account, addresses.display].allSatisfy {
                ($0?.utf8.count ?? 0) <= addressLimit
            }
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

    private static let accountTaken = PlatformError(
        .conflict, "The account that holds this number is connected for another tenant.",
        remedy: "What the messenger tells of an account goes to one tenant: give each tenant an account of its own.")

    private static func check(
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
        if let account {
            queries.append(
                PostgresQuery(
                    "routes.add-account",
                    """
                    INSERT INTO channel_routes (plugin, kind, address, tenant_id, channel_id, ingress_route_id)
                    VALUES ($1, 'account', $2, $3, $4, $5)
                    ON CONFLICT (plugin, kind, address) DO UPDATE SET tenant_id = excluded.tenant_id
                    WHERE channel_routes.tenant_id = excluded.tenant_id
                    RETURNING tenant_id
                    """, [channel.plugin, account, channel.tenant, channel.id, channel.ingressRoute]))
        }
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
    public func unroutable(_ page: PageRequest) async throws -> Page<UnroutableCount> {
        try await UnroutableStore(control: control).list(page)
    }
}
