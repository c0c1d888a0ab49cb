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
    let audit: AuditTrail
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
        try await requireCovered(id, plugin)
        let configuration = try Self.check(new.configuration, plugin.channelSchema, at: "configuration")
        let ingress = try Self.check(new.ingress, plugin.ingressSchema, at: "ingress")
        let addresses = try Self.addresses(of: configuration, plugin)
        let shard = try directory.shard(tenant.shard)
        let keys = try await shard.keys.keys(of: id)
        let fresh = Channel(
            id: .generate(), tenant: id, plugin: new.plugin, address: addresses.channel,
            displayAddress: addresses.display,
            state: .active, ingressRoute: .generate(), createdAt: Date())
        // The region first: a route that exists always leads to a channel.
        let add = ChannelStore.add(fresh, account: addresses.account, sealed: try seal(configuration, fresh, keys))
        let isFresh = try await Self.isNew { try await shard.app.transactionBatch(settings: asTenant(id), [add]) }
        let channel = isFresh ? fresh : try await interrupted(fresh, shard)
        let ingressSealed = try SealedConfiguration.seal(ingress, controlKey, RouteStore.context(channel.ingressRoute))
        do {
            try await addRoutes(channel, account: addresses.account, ingressSealed: ingressSealed)
        } catch let refusal as PlatformError {
            // Unless another caller finished connecting this very channel at the same moment.
            if isFresh, try await route(of: channel)?.channel != channel.id {
                _ = try await shard.app.transactionBatch(settings: asTenant(id), [ChannelStore.remove(id, channel.id)])
            }
            throw refusal
        }
        if isFresh { return channel }
        let update = ChannelStore.update(
            channel, account: addresses.account, display: fresh.displayAddress,
            sealed: try seal(configuration, channel, keys))
        return try ChannelStore.channel(
            try await shard.app.transactionBatch(settings: asTenant(id), [update])[0][0], of: id)
    }

    /// Where a channel is reached, by what its plugin reads in its configuration.
    static func addresses(
        of configuration: PluginConfiguration, _ plugin: any ChannelPlugin
    ) throws(PlatformError) -> ChannelAddresses {
        guard let found = plugin.addresses(of: configuration), !found.channel.isEmpty,
            [found.channel, found.account, found.display].allSatisfy({ ($0?.utf8.count ?? 0) <= addressLimit })
        else {
            throw PlatformError.invalid(
                "configuration", "it must name the channel's address, of at most \(addressLimit) bytes")
        }
        return found
    }

    /// Makes what comes in lead to the channel; all of it or nothing.
    /// - Throws: `.conflict` when the number is connected, or its account belongs to another tenant.
    private func addRoutes(_ channel: Channel, account: String?, ingressSealed: [UInt8]) async throws {
        let isNew = try await Self.isNew {
            let routing = Self.routing(channel, ingressSealed: ingressSealed)
            return try await control.transaction { tx in
                let rows = try await tx.pipeline(routing)
                if let account { try await RouteStore.add(account: account, of: channel, tx) }
                return rows
            }
        }
        guard isNew else { throw Self.taken }
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

    private static func routing(_ channel: Channel, ingressSealed: [UInt8]) -> [PostgresQuery] {
        [
            PostgresQuery(
                "routes.add-ingress",
                """
                INSERT INTO ingress_routes (ingress_route_id, plugin, tenant_id, configuration_sealed)
                VALUES ($1, $2, $3, $4)
                ON CONFLICT (ingress_route_id) DO UPDATE SET configuration_sealed = excluded.configuration_sealed
                WHERE ingress_routes.tenant_id = excluded.tenant_id
                """, [channel.ingressRoute, channel.plugin, channel.tenant, ingressSealed]),
            PostgresQuery(
                "routes.add-channel",
                """
                INSERT INTO channel_routes (plugin, kind, address, tenant_id, channel_id, ingress_route_id)
                VALUES ($1, 'channel', $2, $3, $4, $5)
                """, [channel.plugin, channel.address, channel.tenant, channel.id, channel.ingressRoute]),
        ]
    }

    public func list(_ id: TenantID) async throws -> [Channel] {
        let tenant = try await tenants.find(id)
        let shard = try directory.shard(tenant.shard)
        let rows = try await shard.app.transactionBatch(settings: asTenant(id), [ChannelStore.list(id)])[0]
        return try rows.map { try ChannelStore.channel($0, of: id) }
    }

    public func find(_ id: TenantID, _ channel: ChannelID) async throws -> Channel {
        guard let found = try await list(id).first(where: { $0.id == channel }) else {
            throw PlatformError.notFound("channel")
        }
        return found
    }

    public func health(_ id: TenantID, _ channel: ChannelID) async throws -> HealthReport {
        let tenant = try await tenants.find(id)
        let shard = try directory.shard(tenant.shard)
        let keys = try await shard.keys.keys(of: id)
        let rows = try await shard.app.transactionBatch(settings: asTenant(id), [ChannelStore.list(id)])[0]
        guard let row = try rows.first(where: { try $0.decode("channel_id", as: ChannelID.self) == channel }) else {
            throw PlatformError.notFound("channel")
        }
        let known = try ChannelStore.channel(row, of: id)
        guard let plugin = plugins.channels[known.plugin] else { throw PlatformError.notFound("channel plugin") }
        var report = await plugin.health(of: try connection(to: known, row, keys, plugin))
        if case .stopped(let reason) = known.state {
            report.findings.insert(.init(name: "channel", state: .unavailable, detail: "Stopped: \(reason)"), at: 0)
        }
        return report
    }

    private func connection(
        to channel: Channel, _ row: PostgresRow, _ keys: TenantKeys, _ plugin: any ChannelPlugin
    ) throws -> ChannelConnection {
        let configuration = try SealedConfiguration.open(
            row.decode("configuration_sealed"), keys.data, ChannelStore.sealContext(channel.id, channel.tenant),
            plugin.channelSchema)
        return ChannelConnection(address: channel.address, configuration: configuration, http: http)
    }

    /// Lets a stopped channel go on; what was queued is tried again at once. Entered before the region commits, as a dead letter's retry.
    public func start(_ id: TenantID, _ channel: ChannelID, _ cause: Cause) async throws -> Channel {
        let tenant = try await tenants.find(id)
        let shard = try directory.shard(tenant.shard)
        let started = try await shard.app.transaction(settings: asTenant(id), retries: 0) { tx in
            let rows = try await tx.pipeline([
                ChannelStore.setState(id, channel, .active), QueueStore.hurry(id), ChannelStore.list(id),
            ])
            for row in rows[2] where try row.decode("channel_id", as: ChannelID.self) == channel {
                try await audit.enter(
                    AuditRecord("channel.started", .init("channel", channel), cause), in: .tenant(id))
                return try ChannelStore.channel(row, of: id)
            }
            throw PlatformError.notFound("channel")
        }
        wake(shard.id)
        return started
    }

    /// Events that came for numbers that nobody has, or on another ingress than theirs.
    public func unroutable(_ page: PageRequest) async throws -> Page<UnroutableCount> {
        try await UnroutableStore(control: control).list(page)
    }
}
