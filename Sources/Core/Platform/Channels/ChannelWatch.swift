import Logging
import PluginKit
import Postgres
import ServiceLifecycle

/// Looks at each channel once an hour, one after the other, so that a token that ends or a number that Meta restricts
/// is seen before a tenant calls. Several processes share the work: whoever claims a channel looks at it.
struct ChannelWatch: Service {
    /// Between two looks at a channel.
    static let interval = Duration.seconds(3600)
    /// Between two rounds, in which what is due is looked for.
    static let round = Duration.seconds(300)
    /// Between two channels: a messenger counts requests by app, and all our numbers may be one app's.
    static let gap = Duration.milliseconds(250)

    let channels: ChannelService
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.round)
                do {
                    try await lookAround()
                } catch {
                    logger.warning("channels could not be looked at", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    func lookAround(every interval: Duration = Self.interval) async throws {
        _ = try await channels.control.query(RouteStore.forgetPrevious)
        for row in try await channels.control.query(RouteStore.allChannels) {
            guard !Task.isCancelled else { return }
            let tenant = try row.decode("tenant_id", as: TenantID.self)
            let channel = try row.decode("channel_id", as: ChannelID.self)
            let shard = try row.decode("shard_id", as: ShardID.self)
            // Another process serves the others.
            guard (try? channels.directory.shard(shard)) != nil else { continue }
            do {
                try await channels.lookAfter(tenant, channel, every: interval)
            } catch {
                logger.warning("a channel could not be looked at", metadata: ["channel": "\(channel)"])
            }
            try? await Task.sleep(for: Self.gap)
        }
    }
}
