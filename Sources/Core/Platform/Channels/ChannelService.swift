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
    /// Where messengers reach us, without a path.
    let publicURL: String
    let wake: @Sendable (ShardID) -> Void

    /// Bytes that a channel's or an account's address may have.
    static let addressLimit = 128

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

    /// Lets a stopped channel go on; what was queued is tried again at once. Entered before the region commits, as a dead
    /// letter's retry.
    /// - Throws: `.conflict` when the messenger was not told of it: connecting it again finishes that.
    public func start(_ id: TenantID, _ channel: ChannelID, _ cause: Cause) async throws -> Channel {
        let place = try await place(of: id)
        let started = try await place.shard.app.transaction(settings: asTenant(id), retries: 0) { tx in
            guard let row = try await tx.query(ChannelStore.lock(id, channel)).first else {
                throw PlatformError.notFound("channel")
            }
            let known = try ChannelStore.channel(row, of: id)
            guard known.joinedAt != nil else { throw Self.notJoined }
            let rows = try await tx.pipeline([
                ChannelStore.setState(id, channel, .active), QueueStore.hurry(id), ChannelStore.lock(id, channel),
            ])
            let started = try ChannelStore.channel(rows[2][0], of: id)
            try await audit.enter(
                AuditRecord(
                    "channel.started", .init("channel", channel), cause, before: known.trailState,
                    after: started.trailState), in: .tenant(id))
            return started
        }
        wake(place.shard.id)
        return started
    }

    /// Holds a channel: until it is started again nothing goes out. What was queued waits, new messages are refused with
    /// `channel_stopped`, and what comes in is taken as before.
    /// - Parameter cause: with the reason, which is shown with the channel.
    /// - Throws: `.conflict` when it is not active; `.invalid` without a reason.
    public func stop(_ id: TenantID, _ channel: ChannelID, _ cause: Cause) async throws -> Channel {
        let reason = cause.reason?.trimmed ?? ""
        guard (1...1000).contains(reason.unicodeScalars.count), !reason.utf8.contains(0) else {
            throw PlatformError.invalid("reason", "say why, in 1 to 1000 characters")
        }
        let place = try await place(of: id)
        return try await place.shard.app.transaction(settings: asTenant(id), retries: 0) { tx in
            guard let row = try await tx.query(ChannelStore.lock(id, channel)).first else {
                throw PlatformError.notFound("channel")
            }
            let known = try ChannelStore.channel(row, of: id)
            guard known.state == .active else {
                throw PlatformError(.conflict, "The channel is not active.", remedy: "Only an active one is stopped.")
            }
            let rows = try await tx.pipeline([
                ChannelStore.setState(id, channel, .stopped(reason: reason)), ChannelStore.lock(id, channel),
            ])
            let stopped = try ChannelStore.channel(rows[1][0], of: id)
            try await audit.enter(
                AuditRecord(
                    "channel.stopped", .init("channel", channel), cause, before: known.trailState,
                    after: stopped.trailState), in: .tenant(id))
            return stopped
        }
    }

    static let notJoined = PlatformError(
        .conflict, "The channel is not connected to the messenger.", remedy: "Connect it again with the same number.")

    /// Events that came for numbers that nobody has, or on another ingress than theirs.
    public func unroutable(_ page: PageRequest) async throws -> Page<UnroutableCount> {
        try await UnroutableStore(control: control).list(page)
    }

    // MARK: - What the parts share

    /// Where a tenant lives.
    struct Place: Sendable {
        var tenant: Tenant
        var shard: Shard
        var keys: TenantKeys
        var jurisdiction: Jurisdiction
    }

    func place(of id: TenantID) async throws -> Place {
        let tenant = try await tenants.find(id)
        let shard = try directory.shard(tenant.shard)
        guard let region = directory.regions[tenant.region] else {
            throw PlatformError(.unavailable, "The tenant's region is not served here.", remedy: "Try again later.")
        }
        return Place(
            tenant: tenant, shard: shard, keys: try await shard.keys.keys(of: id), jurisdiction: region.jurisdiction)
    }

    func plugin(_ name: String) throws(PlatformError) -> any ChannelPlugin {
        guard let plugin = plugins.channels[name] else { throw PlatformError.notFound("channel plugin") }
        return plugin
    }

    func point(_ channel: Channel, _ configuration: PluginConfiguration) -> IngressPoint {
        IngressPoint(url: publicURL + channel.ingressPath, configuration: configuration)
    }

    func connection(to channel: Channel, _ configuration: PluginConfiguration, _ place: Place) -> ChannelConnection {
        ChannelConnection(
            address: channel.address, configuration: configuration, http: http,
            ingressURL: publicURL + channel.ingressPath, jurisdiction: place.jurisdiction)
    }

    /// The channel's row outside a transaction, with its configuration.
    func find(_ channel: ChannelID, _ place: Place) async throws -> (channel: Channel, values: [String: String]) {
        let rows = try await place.shard.app.transactionBatch(
            settings: asTenant(place.tenant.id), [ChannelStore.list(place.tenant.id)])[0]
        guard let row = try rows.first(where: { try $0.decode("channel_id", as: ChannelID.self) == channel }) else {
            throw PlatformError.notFound("channel")
        }
        return (
            try ChannelStore.channel(row, of: place.tenant.id),
            try SealedConfiguration.values(
                row.decode("configuration_sealed"), place.keys.data, ChannelStore.sealContext(channel, place.tenant.id))
        )
    }

    func seal(_ configuration: PluginConfiguration, _ channel: Channel, _ keys: TenantKeys) throws -> [UInt8] {
        try SealedConfiguration.seal(configuration, keys.data, ChannelStore.sealContext(channel.id, channel.tenant))
    }

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

    /// The paths of the secrets among values.
    static func secrets(_ values: [String: String], _ schema: ConfigurationSchema, at path: String) -> [String] {
        schema.fields.filter { $0.secret && values[$0.key] != nil }.map { "\(path).\($0.key)" }
    }
}
