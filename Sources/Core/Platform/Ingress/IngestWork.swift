import PluginKit

import struct Foundation.Date

/// What one webhook brought for one channel.
struct IngestItem: GroupItem {
    var route: ChannelRoute
    var plugin: String
    var events: [ChannelEvent]
    var receivedAt: Date

    var tenant: TenantID { route.tenant }
    var weight: Int { max(events.count, 1) }
}

struct IngestOutcome: Sendable {
    var stored = 0
    var duplicates = 0
    /// Came for a tenant whose contract is over; nothing of it is kept.
    var discarded = 0
    /// Written by people who had not agreed, beyond what is kept of one (`QuarantineLimits`).
    var dropped = 0

    mutating func add(_ other: IngestOutcome) {
        stored += other.stored
        duplicates += other.duplicates
        discarded += other.discarded
        dropped += other.dropped
    }
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
        var receivedAt: Date
        /// Blind indexes of what could be an entry code in it.
        var codes: [[UInt8]]
        /// By which the person withdraws everything on the channel.
        var withdrawal: WithdrawalWord?
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
        var plugin: String
        var kind: String
        var field: String
        var outcome: String
        var reason: String?
        var dedupIndex: [UInt8]
        var raw: JSON
        var occurredAt: Date?
    }

    /// A person changed an address.
    struct Change: Sendable {
        var previous: [IndexedIdentity]
        var current: [IndexedIdentity]
        var occurredAt: Date
        var event: Other
    }

    /// A person stopped a kind of message at the messenger.
    struct Stop: Sendable {
        var identities: [IndexedIdentity]
        var purpose: String
        var occurredAt: Date
        var event: Other
    }

    let keys: TenantKeys
    var messages: [Message] = []
    var statuses: [Status] = []
    var others: [Other] = []
    /// Changes and stops are among `others` too, and take effect only when they are new there.
    var changes: [Change] = []
    var stops: [Stop] = []

    /// Whether it changes what stands with the people it names, so that they are held for that from the first look.
    var changesPeople: Bool { messages.contains { $0.withdrawal != nil } }

    init(keys: TenantKeys) { self.keys = keys }

    mutating func add(_ event: ChannelEvent, of item: Int, channel: ChannelID, plugin: String, receivedAt: Date) {
        // A clock that is ahead must not hold a service window open.
        let occurredAt = min(event.occurredAt ?? receivedAt, receivedAt)
        let dedupIndex = keys.index.index("event/\(plugin)", event.deduplicationKey.revealed)
        func other(_ kind: String, _ field: String, _ outcome: String, _ reason: String? = nil) -> Other {
            Other(
                item: item, channel: channel, plugin: plugin, kind: kind, field: Self.plain(field), outcome: outcome,
                reason: reason,
                dedupIndex: dedupIndex, raw: event.raw, occurredAt: event.occurredAt)
        }
        switch event.kind {
        case .message(let message):
            messages.append(
                Message(
                    item: item, channel: channel, plugin: plugin,
                    identities: message.sender.identities.map { keys.indexed($0, plugin: plugin) },
                    name: message.sender.displayName, message: message,
                    providerIndex: keys.providerIndex(message.providerID.revealed, plugin: plugin),
                    occurredAt: occurredAt, receivedAt: receivedAt,
                    codes: message.content.said.map { EntryCodes.indexes(in: $0, keys) } ?? [],
                    withdrawal: WithdrawalWord(message.content)))
        case .status(let update):
            statuses.append(
                Status(
                    item: item, channel: channel, update: update,
                    providerIndex: keys.providerIndex(update.providerID.revealed, plugin: plugin),
                    reference: update.callerReference.flatMap { MessageID($0) }, occurredAt: occurredAt,
                    event: other("status", "messages.statuses", "waiting", "no message of ours has this id yet")))
        case .identityChange(let previous, let current):
            let event = other("identity_change", "messages.system", "applied")
            others.append(event)
            changes.append(
                Change(
                    previous: previous.map { keys.indexed($0, plugin: plugin) },
                    current: current.map { keys.indexed($0, plugin: plugin) }, occurredAt: occurredAt, event: event))
        case .preference(let person, let purpose, let stopped):
            // Resuming is no consent: only agreeing anew is (GDPR Art. 4(11)).
            let event = other(
                "preference", "user_preferences", stopped ? "withdrawal_recorded" : "recorded", Self.plain(purpose))
            others.append(event)
            if stopped {
                stops.append(
                    Stop(
                        identities: person.identities.map { keys.indexed($0, plugin: plugin) },
                        purpose: Self.plain(purpose),
                        occurredAt: occurredAt, event: event))
            }
        case .account(let field): others.append(other("account", field, "recorded"))
        case .other(let field): others.append(other("other", field, "recorded", "this kind of event is not known yet"))
        case .malformed(let reason): others.append(other("malformed", "", "kept", reason))
        }
    }

    /// A word from outside, as far as it is fit to stand in the clear.
    static func plain(_ word: String) -> String {
        let isPlain =
            word.count <= 64 && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
        return isPlain ? word : "other"
    }
}
