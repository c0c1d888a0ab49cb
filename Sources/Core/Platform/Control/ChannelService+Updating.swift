import PluginKit
import Postgres

extension ChannelService {
    /// Changes what a channel and its ingress are configured with: credentials, base URL, secrets of the webhook. What
    /// is not named stays; a stopped channel stays stopped until it is started.
    ///
    /// The next delivery goes by the new configuration. What comes in may be checked by the old one for
    /// `RouteDirectory.lifetime` (5 seconds) longer, in every process.
    /// - Throws: `.invalid` naming the keys that are wrong, `.preconditionFailed` when the channel is not as expected; nothing is changed
    ///   then.
    public func update(
        _ id: TenantID, _ channel: ChannelID, _ change: ChannelChange, _ expected: Expected = .any
    ) async throws -> Channel {
        let tenant = try await tenants.find(id)
        let shard = try directory.shard(tenant.shard)
        let keys = try await shard.keys.keys(of: id)
        return try await shard.app.transaction(settings: asTenant(id)) { tx in
            guard let row = try await tx.query(ChannelStore.lock(id, channel)).first else {
                throw PlatformError.notFound("channel")
            }
            let known = try ChannelStore.channel(row, of: id)
            try expected.check(known.revision)
            guard let plugin = plugins.channels[known.plugin] else { throw PlatformError.notFound("channel plugin") }
            let old = try SealedConfiguration.values(
                row.decode("configuration_sealed"), keys.data, ChannelStore.sealContext(channel, id))
            let configuration = try Self.check(
                Self.merge(old, change.configuration, plugin.channelSchema), plugin.channelSchema, at: "configuration")
            let addresses = try Self.addresses(of: configuration, plugin)
            guard addresses.channel == known.address else {
                let key = old.first { $0.value == known.address }?.key
                throw PlatformError.invalid(
                    key.map { "configuration.\($0)" } ?? "configuration",
                    "a channel keeps its number; connect another channel for another")
            }
            // Secrets of the ingress are not compared: to name them counts as a change.
            let isChange = configuration.revealed != old || !change.ingress.isEmpty
            let updated = try await tx.query(
                ChannelStore.update(
                    known, account: addresses.account, display: addresses.display,
                    sealed: try seal(configuration, known, keys), isChange: isChange))[0]
            let former = try row.decode("account_address", as: String?.self)
            let heir = try await heir(of: former, known, unless: addresses.account, tx)
            // Inside the region's transaction: what is refused here is undone there. Should only the commit there fail,
            // repeating the request mends it.
            try await control.transaction { control in
                if !change.ingress.isEmpty { try await update(ingressOf: known, change.ingress, plugin, control) }
                try await Self.move(known, from: former, to: addresses.account, heir: heir, control)
            }
            return try ChannelStore.channel(updated, of: id)
        }
    }

    /// The channel to which the former account leads from now on.
    private func heir(
        of former: String?, _ channel: Channel, unless account: String?, _ region: PostgresTransaction
    ) async throws -> Channel? {
        guard let former, former != account else { return nil }
        return try await region.query(ChannelStore.sibling(channel, account: former)).first.map {
            try ChannelStore.channel($0, of: channel.tenant)
        }
    }

    /// What changes in the control plane when a channel moves to another account.
    private static func move(
        _ channel: Channel, from old: String?, to new: String?, heir: Channel?, _ control: PostgresTransaction
    ) async throws {
        guard old != new else { return }
        if let old {
            _ = try await control.query(RouteStore.removeAccount(old, channel))
            if let heir { try await RouteStore.add(account: old, of: heir, control) }
        }
        if let new { try await RouteStore.add(account: new, of: channel, control) }
    }

    private func update(
        ingressOf channel: Channel, _ change: [String: String], _ plugin: any ChannelPlugin,
        _ control: PostgresTransaction
    ) async throws {
        guard let row = try await control.query(RouteStore.lockIngress(channel)).first else {
            throw PlatformError(
                .conflict, "This channel shares its ingress with others.",
                remedy: "Change the ingress where it is configured.")
        }
        let context = RouteStore.context(channel.ingressRoute)
        let old = try SealedConfiguration.values(row.decode("configuration_sealed"), controlKey, context)
        let ingress = try Self.check(Self.merge(old, change, plugin.ingressSchema), plugin.ingressSchema, at: "ingress")
        let sealed = try SealedConfiguration.seal(ingress, controlKey, context)
        _ = try await control.query(RouteStore.updateIngress(channel.ingressRoute, sealed: sealed))
    }

    /// The old values, as far as the schema still knows them, under the new ones.
    private static func merge(
        _ old: [String: String], _ new: [String: String], _ schema: ConfigurationSchema
    ) -> [String: String] {
        old.filter { known in schema.fields.contains { $0.key == known.key } }.merging(new) { $1 }
    }
}
