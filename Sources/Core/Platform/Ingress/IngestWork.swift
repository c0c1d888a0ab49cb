import PluginKit
import struct Foundation.Date

/// What one webhook brought for one channel.
struct IngestItem: Sendable {
    var route: ChannelRoute
    var plugin: String
    var events: [ChannelEvent]
    var receivedAt: Date
}

struct IngestOutcome: Sendable {
    var stored = 0
    var duplicates = 0
}

/// One tenant's part of a batch, sorted by what has to be done with it.
struct IngestWork: Sendable {
    struct Message: Sendable {
        var item: Int
        var channel: ChannelID
        var plugin: String
        var identities: [IndexedIdentity]
        var name: Personal<String>?
        var message: InboundMessage
        var providerIndex: [UInt8]
        var occurredAt: Date
    }

    struct Status: Sendable {
        var item: Int
        var channel: ChannelID
        var update: StatusUpdate
        var providerIndex: [UInt8]
        var reference: MessageID?
        var occurredAt: Date
        var event: Other
    }

    struct Other: Sendable {
        var item: Int
        var channel: ChannelID
        var kind: String
        var field: String
        var outcome: String
        var reason: String?
        var dedupIndex: [UInt8]
        var raw: JSON
        var occurredAt: Date?
    }

    let keys: TenantKeys
    var messages: [Message] = []
    var statuses: [Status] = []
    var others: [Other] = []

    init(keys: TenantKeys) { self.keys = keys }

    mutating func add(_ event: ChannelEvent, of item: Int, channel: ChannelID, plugin: String, receivedAt: Date) {
        // A clock that is ahead must not hold a service window open.
        let occurredAt = min(event.occurredAt ?? receivedAt, receivedAt)
        let dedupIndex = keys.index.index("event/\(plugin)", event.deduplicationKey.revealed)
        func other(_ kind: String, _ field: String, _ outcome: String, _ reason: String? = nil) -> Other {
            Other(
                item: item, channel: channel, kind: kind, field: Self.plain(field), outcome: outcome, reason: reason,
                dedupIndex: dedupIndex, raw: event.raw, occurredAt: event.occurredAt)
        }
        switch event.kind {
        case .message(let message):
            messages.append(
                Message(
                    item: item, channel: channel, plugin: plugin,
                    identities: message.sender.identities.map { keys.indexed($0, plugin: plugin) },
                    name: message.sender.displayName, message: message,
                    providerIndex: keys.providerIndex(message.providerID.revealed, plugin: plugin), occurredAt: occurredAt))
        case .status(let update):
            statuses.append(
                Status(
                    item: item, channel: channel, update: update,
                    providerIndex: keys.providerIndex(update.providerID.revealed, plugin: plugin),
                    reference: update.callerReference.flatMap { MessageID($0) }, occurredAt: occurredAt,
                    event: other("status", "messages.statuses", "waiting", "no message of ours has this id yet")))
        case .identityChange:
            others.append(other("identity_change", "messages.system", "applied"))
        case .preference(_, let category, let stopped):
            others.append(other("preference", "user_preferences", stopped ? "stop_recorded" : "resume_recorded", Self.plain(category)))
        case .account(let field): others.append(other("account", field, "recorded"))
        case .other(let field): others.append(other("other", field, "recorded", "this kind of event is not known yet"))
        case .malformed(let reason): others.append(other("malformed", "", "kept", reason))
        }
    }

    /// A word from outside, as far as it is fit to stand in the clear.
    static func plain(_ word: String) -> String {
        let isPlain = word.count <= 64 && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
        return isPlain ? word : "other"
    }
}
