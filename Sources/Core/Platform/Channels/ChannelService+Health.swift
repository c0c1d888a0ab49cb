import PluginKit
import Postgres

extension ChannelService {
    /// Asks the messenger how a channel is, and remembers the answer.
    public func health(_ id: TenantID, _ channel: ChannelID) async throws -> ChannelHealth {
        let place = try await place(of: id)
        let (known, values) = try await find(channel, place)
        let report = Self.overall(known, try await asked(known, values, place))
        let rows = try await place.shard.app.transactionBatch(
            settings: asTenant(id), [ChannelHealthStore.remember(id, channel, report)])
        return ChannelHealth(report: report, checkedAt: try rows[0][0].decode("checked_at"))
    }

    /// What the messenger said last; asked now when nobody ever did.
    public func lastHealth(_ id: TenantID, _ channel: ChannelID) async throws -> ChannelHealth {
        let place = try await place(of: id)
        let rows = try await place.shard.app.transactionBatch(
            settings: asTenant(id), [ChannelHealthStore.last(id, channel)])
        if let row = rows[0].first { return try ChannelHealthStore.health(row) }
        return try await health(id, channel)
    }

    /// Looks at a channel unless somebody did within the interval.
    func lookAfter(_ id: TenantID, _ channel: ChannelID, every interval: Duration) async throws {
        let shard = try directory.shard(try await tenants.find(id).shard)
        let rows = try await shard.app.transactionBatch(
            settings: asTenant(id), [ChannelHealthStore.claim(id, channel, every: interval)])
        guard !rows[0].isEmpty else { return }
        _ = try await health(id, channel)
    }

    private func asked(_ channel: Channel, _ values: [String: String], _ place: Place) async throws -> HealthReport {
        guard channel.state != .disconnected else { return HealthReport([]) }
        let plugin = try plugin(channel.plugin)
        let configuration = try plugin.channelSchema.validate(values).get()
        return await plugin.health(of: connection(to: channel, configuration, place))
    }

    /// With what only we know of the channel.
    private static func overall(_ channel: Channel, _ report: HealthReport) -> HealthReport {
        let own: HealthReport.Finding? =
            switch channel.state {
            case .active: nil
            case .stopped(let reason): .init(name: "channel", state: .unavailable, detail: "Stopped: \(reason)")
            case .disconnected: .init(name: "channel", state: .unavailable, detail: "Disconnected from the messenger.")
            }
        return HealthReport((own.map { [$0] } ?? []) + report.findings)
    }
}
