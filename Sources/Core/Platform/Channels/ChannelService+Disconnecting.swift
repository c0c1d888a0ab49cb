public import PluginKit
import Postgres

/// A channel that was taken off its messenger, with what the messenger let us do.
public struct DisconnectedChannel: Sendable {
    public var channel: Channel
    public var report: ConnectionReport
}

extension ChannelService {
    /// Takes a channel off its messenger, as far as the messenger lets us: the number is free for whoever connects it
    /// next, and our copy of its credentials is gone. Contacts, messages and consents stay; what was queued is refused
    /// with `channel_disconnected`. Connecting the number again for the same tenant goes on with the same channel.
    ///
    /// What is still on its way here is answered and counted as unroutable.
    public func disconnect(_ id: TenantID, _ channel: ChannelID, _ cause: Cause) async throws -> DisconnectedChannel {
        let place = try await place(of: id)
        let (known, values) = try await find(channel, place)
        guard known.state != .disconnected else {
            throw PlatformError(.conflict, "The channel is disconnected.", remedy: "Connect it to use it again.")
        }
        let plugin = try plugin(known.plugin)
        // Nothing goes out any more, whatever the messenger says.
        _ = try await place.shard.app.transactionBatch(
            settings: asTenant(id), [ChannelStore.setState(id, channel, .stopped(reason: "It is being disconnected."))])
        var report = ConnectionReport()
        if let configuration = try? plugin.channelSchema.validate(values).get() {
            report = await plugin.disconnect(connection(to: known, configuration, place))
        }
        let told = report
        let gone = try await place.shard.app.transaction(settings: asTenant(id)) { tx in
            guard let row = try await tx.query(ChannelStore.lock(id, channel)).first else {
                throw PlatformError.notFound("channel")
            }
            let account = try row.decode("account_address", as: String?.self)
            let heir = try await heir(of: account, known, unless: nil, tx)
            let rows = try await tx.pipeline([
                ChannelStore.disconnect(known, sealed: try emptySeal(known, place.keys)), QueueStore.hurry(id),
            ])
            try await control.transaction { control in
                _ = try await control.query(RouteStore.removeChannel(known))
                try await Self.move(known, from: account, to: nil, heir: heir, control)
                try await audit.enter(
                    AuditRecord(
                        "channel.disconnected", .init("channel", channel), cause, before: known.trailState,
                        after: ["state": "disconnected", "steps": told.trail]), in: .tenant(id), control)
            }
            return try ChannelStore.channel(rows[0][0], of: id)
        }
        wake(place.shard.id)
        return DisconnectedChannel(channel: gone, report: report)
    }

    /// A configuration without anything in it, for a channel whose credentials are forgotten.
    func emptySeal(_ channel: Channel, _ keys: TenantKeys) throws -> [UInt8] {
        try keys.data.seal(JSON.object(JSONObject()).encoded(), ChannelStore.sealContext(channel.id, channel.tenant))
    }
}
