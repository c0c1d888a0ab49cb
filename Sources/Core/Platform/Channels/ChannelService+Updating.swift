import PluginKit
import Postgres

import struct Foundation.Date

extension ChannelService {
    /// Changes what a channel and its ingress are configured with: credentials, base URL, secrets of the webhook. What
    /// is not named stays; a stopped channel stays stopped until it is started. The messenger is asked before anything
    /// is saved.
    ///
    /// The next delivery goes by the new configuration. What comes in is checked by the new secrets and, for the
    /// overlap, by the old ones.
    /// - Throws: `.invalid` naming the keys that are wrong, `.preconditionFailed` when the channel is not as expected;
    ///   nothing is changed then.
    public func update(
        _ id: TenantID, _ channel: ChannelID, _ change: ChannelChange, _ expected: Expected, _ cause: Cause
    ) async throws -> Channel {
        let place = try await place(of: id)
        let wanted = try await examine(change, of: channel, expected, place)
        guard !wanted.secrets.isEmpty || wanted.isChanged else { return wanted.channel }
        let channel = try await save(wanted, change, expected, place, cause)
        guard wanted.addresses.account != wanted.formerAccount else { return channel }
        // Another account has to be told of us too.
        let report = await wanted.plugin.connect(
            connection(to: channel, wanted.configuration, place), to: point(channel, wanted.ingress),
            in: place.jurisdiction)
        guard let problem = report.problem(aftermath: "The change is saved, and the channel is stopped.") else {
            return channel
        }
        _ = try await settle(channel, report, place.shard)
        throw problem
    }

    /// What a channel and its ingress are configured with, without the secrets, for whoever changes it.
    /// - Throws: `.conflict` for one that is disconnected: nothing is left of its configuration.
    public func settings(_ id: TenantID, _ channel: ChannelID) async throws -> ChannelSettings {
        let place = try await place(of: id)
        let (known, values) = try await find(channel, place)
        guard known.state != .disconnected else { throw Self.notJoined }
        let plugin = try plugin(known.plugin)
        let (ingress, isOwn) = try await ingress(of: known)
        func plain(_ values: [String: String], _ schema: ConfigurationSchema) -> [String: String] {
            values.filter { value in schema.fields.contains { $0.key == value.key && !$0.secret } }
        }
        return ChannelSettings(
            channel: known, configuration: plain(values, plugin.channelSchema),
            ingress: isOwn ? plain(ingress, plugin.ingressSchema) : nil)
    }

    /// A change that the messenger was asked about.
    private struct Wanted: Sendable {
        var channel: Channel
        var plugin: any ChannelPlugin
        /// The values from which the change was made.
        var old: [String: String]
        var oldIngress: [String: String]
        var configuration: PluginConfiguration
        var ingress: PluginConfiguration
        var addresses: ChannelAddresses
        var formerAccount: String?

        var isChanged: Bool { configuration.revealed != old || ingress.revealed != oldIngress }
        var isIngressChanged: Bool { ingress.revealed != oldIngress }

        /// The secrets that are given anew, by path.
        var secrets: [String] {
            func changed(
                _ new: [String: String], _ old: [String: String], _ schema: ConfigurationSchema, _ path: String
            )
                -> [String]
            {
                ChannelService.secrets(new.filter { old[$0.key] != $0.value }, schema, at: path)
            }
            return changed(configuration.revealed, old, plugin.channelSchema, "configuration")
                + changed(ingress.revealed, oldIngress, plugin.ingressSchema, "ingress")
        }

        /// Which keys differ, secrets by name alone.
        var trail: JSON {
            let keys = [("configuration", configuration.revealed, old), ("ingress", ingress.revealed, oldIngress)]
                .flatMap { path, new, old in
                    Set(new.keys).union(old.keys).filter { new[$0] != old[$0] }.map { "\(path).\($0)" }
                }
            return ["changed": .array(keys.sorted().map { .string($0) })]
        }
    }

    private func examine(
        _ change: ChannelChange, of id: ChannelID, _ expected: Expected, _ place: Place
    ) async throws -> Wanted {
        let (channel, old) = try await find(id, place)
        // Before the messenger is asked, and again when it is held.
        try expected.check(channel.revision)
        guard channel.state != .disconnected else { throw Self.notJoined }
        let plugin = try plugin(channel.plugin)
        let configuration = try Self.check(
            Self.merge(old, change.configuration, plugin.channelSchema), plugin.channelSchema, at: "configuration")
        let addresses = try Self.addresses(of: configuration, plugin)
        guard addresses.channel == channel.address else {
            let key = old.first { $0.value == channel.address }?.key
            throw PlatformError.invalid(
                key.map { "configuration.\($0)" } ?? "configuration",
                "a channel keeps its number; connect another channel for another")
        }
        let (oldIngress, isOwn) = try await ingress(of: channel)
        guard isOwn || change.ingress.isEmpty else { throw Self.sharedIngress }
        let ingress = try Self.check(
            Self.merge(oldIngress, change.ingress, plugin.ingressSchema), plugin.ingressSchema, at: "ingress")
        let before = try? plugin.channelSchema.validate(old).get()
        let wanted = Wanted(
            channel: channel, plugin: plugin, old: old, oldIngress: oldIngress, configuration: configuration,
            ingress: ingress, addresses: addresses,
            formerAccount: before.flatMap(plugin.addresses)?.account)
        guard wanted.isChanged else { return wanted }
        let report = await plugin.examine(
            connection(to: channel, configuration, place), for: point(channel, ingress), in: place.jurisdiction)
        if let problem = report.problem(aftermath: "Nothing was changed.") { throw problem }
        return wanted
    }

    private func ingress(of channel: Channel) async throws -> (values: [String: String], isOwn: Bool) {
        guard let row = try await control.query(RouteStore.ingressOf(channel)).first else {
            throw PlatformError.notFound("ingress")
        }
        let values = try SealedConfiguration.values(
            row.decode("configuration_sealed"), controlKey, RouteStore.context(channel.ingressRoute))
        return (values, try row.decode("tenant_id", as: TenantID?.self) == channel.tenant)
    }

    private func save(
        _ wanted: Wanted, _ change: ChannelChange, _ expected: Expected, _ place: Place, _ cause: Cause
    ) async throws -> Channel {
        let (id, known) = (wanted.channel.tenant, wanted.channel)
        let now = Date()
        let secrets = Dictionary(wanted.secrets.map { ($0, now) }) { $1 }
        return try await place.shard.app.transaction(settings: asTenant(id)) { tx in
            guard let row = try await tx.query(ChannelStore.lock(id, known.id)).first else {
                throw PlatformError.notFound("channel")
            }
            try expected.check(row.decode("revision"))
            let current = try SealedConfiguration.values(
                row.decode("configuration_sealed"), place.keys.data, ChannelStore.sealContext(known.id, id))
            guard current == wanted.old else { throw Self.changedMeanwhile }
            let updated = try await tx.query(
                ChannelStore.update(
                    known, account: wanted.addresses.account, display: wanted.addresses.display,
                    sealed: try seal(wanted.configuration, known, place.keys), secrets: secrets))[0]
            let former = try row.decode("account_address", as: String?.self)
            let heir = try await heir(of: former, known, unless: wanted.addresses.account, tx)
            // Inside the region's transaction: what is refused here is undone there. Should only the commit there fail,
            // repeating the request mends it.
            try await control.transaction { control in
                if wanted.isIngressChanged { try await update(ingressOf: wanted, change.overlapMinutes, control) }
                try await Self.move(known, from: former, to: wanted.addresses.account, heir: heir, control)
                try await audit.enter(
                    AuditRecord("channel.changed", .init("channel", known.id), cause, after: wanted.trail),
                    in: .tenant(id), control)
            }
            return try ChannelStore.channel(updated, of: id)
        }
    }

    private static let changedMeanwhile = PlatformError(
        .conflict, "The channel was changed at the same moment.", remedy: "Look at it, and send the change again.")
    private static let sharedIngress = PlatformError(
        .conflict, "This channel shares its ingress with others.", remedy: "Change the ingress where it is configured.")

    /// The channel to which the former account leads from now on.
    func heir(
        of former: String?, _ channel: Channel, unless account: String?, _ region: PostgresTransaction
    ) async throws -> Channel? {
        guard let former, former != account else { return nil }
        return try await region.query(ChannelStore.sibling(channel, account: former)).first.map {
            try ChannelStore.channel($0, of: channel.tenant)
        }
    }

    /// What changes in the control plane when a channel moves to another account.
    static func move(
        _ channel: Channel, from old: String?, to new: String?, heir: Channel?, _ control: PostgresTransaction
    ) async throws {
        guard old != new else { return }
        if let old {
            _ = try await control.query(RouteStore.removeAccount(old, channel))
            if let heir { try await RouteStore.add(account: old, of: heir, control) }
        }
        if let new { try await RouteStore.add(account: new, of: channel, control) }
    }

    /// The secrets from before hold for the overlap: what is on its way was signed with them.
    private func update(
        ingressOf wanted: Wanted, _ overlap: Int, _ control: PostgresTransaction
    ) async throws {
        let route = wanted.channel.ingressRoute
        guard let row = try await control.query(RouteStore.lockIngress(wanted.channel)).first else {
            throw Self.sharedIngress
        }
        let context = RouteStore.context(route)
        let sealed = try row.decode("configuration_sealed", as: [UInt8].self)
        guard try SealedConfiguration.values(sealed, controlKey, context) == wanted.oldIngress else {
            throw Self.changedMeanwhile
        }
        let until = Date(timeIntervalSinceNow: Double(overlap) * 60)
        let previous = overlap > 0 ? (sealed: sealed, until: until) : nil
        _ = try await control.query(
            RouteStore.updateIngress(
                route, sealed: try SealedConfiguration.seal(wanted.ingress, controlKey, context), previous: previous))
    }

    /// The old values, as far as the schema still knows them, under the new ones.
    private static func merge(
        _ old: [String: String], _ new: [String: String], _ schema: ConfigurationSchema
    ) -> [String: String] {
        old.filter { known in schema.fields.contains { $0.key == known.key } }.merging(new) { $1 }
    }
}
