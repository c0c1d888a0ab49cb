import PluginKit

import struct Foundation.Date

/// Whose an address was before it moved. Everything that happened before that moment is still theirs, whenever it
/// arrives and in whichever process: nothing of the old tenant's people reaches the new one.
struct FormerOwner: Sendable, Hashable {
    var tenant: TenantID
    var shard: ShardID
    var channel: ChannelID
    /// The moment of the change.
    var until: Date

    /// Seconds by which the moment lies ahead when it is written down: as long as a process remembers a route, and as
    /// much again for clocks that differ. Neither tenant sends meanwhile.
    static let lead = 2 * Double(RouteDirectory.lifetime.components.seconds)

    /// Whether an event belongs to the former owner: by the time at which it happened. A status belongs to whoever sent
    /// the message, so it goes by when our id of that was made: the former owner could send only until the change was
    /// written down, and the new one made ids only since.
    func owns(_ event: ChannelEvent, receivedAt: Date) -> Bool {
        if case .status(let update) = event.kind, let made = update.callerReference.flatMap({ MessageID($0) })?.madeAt {
            return made < until.addingTimeInterval(-Self.lead)
        }
        return min(event.occurredAt ?? receivedAt, receivedAt) < until
    }
}

extension ChannelRoute {
    /// Where an event goes.
    func owner(of event: ChannelEvent, receivedAt: Date) -> ChannelRoute {
        guard let former, former.owns(event, receivedAt: receivedAt) else { return self }
        return ChannelRoute(
            tenant: former.tenant, shard: former.shard, channel: former.channel, ingress: ingress, former: former)
    }
}

extension Identifier {
    /// When an id of ours was made: the first 48 bits of a UUID of version 7 are milliseconds (RFC 9562, 5.7).
    var madeAt: Date? {
        let bytes = rawValue.uuid
        guard bytes.6 >> 4 == 7 else { return nil }
        let milliseconds = [bytes.0, bytes.1, bytes.2, bytes.3, bytes.4, bytes.5].reduce(UInt64(0)) {
            $0 << 8 | UInt64($1)
        }
        return Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}
