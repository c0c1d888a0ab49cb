public import struct Foundation.Date

/// One thing that a messenger told us.
public struct ChannelEvent: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case message(InboundMessage)
        case status(StatusUpdate)
        /// A person's addresses changed: what was known as `previous` is now `current`.
        case identityChange(previous: [Identity], current: [Identity])
        /// A person stopped (or resumed) messages for a purpose at the messenger itself. A stop counts as a withdrawal of consent for that
        /// purpose; resuming gives none.
        case preference(person: PersonReference, purpose: String, stopped: Bool)
        /// Something about the number or the account: template status, quality, restrictions.
        case account(field: String)
        /// A kind of event that this plugin does not know.
        case other(field: String)
        /// A part that cannot be read, and why (quoting nothing of it).
        case malformed(reason: String)
    }

    /// Whom it concerns.
    public enum Address: Sendable, Hashable {
        /// A channel; for WhatsApp a `phone_number_id`.
        case channel(String)
        /// An account that holds channels; for WhatsApp the business account's id.
        case account(String)
    }

    public var address: Address
    public var kind: Kind
    /// When it happened at the messenger.
    public var occurredAt: Date?
    /// The same event has the same text whenever and in whatever company it comes, and no two events share one. Held only as a blind index.
    public var deduplicationKey: Personal<String>
    /// The event as it came, for keeping sealed. For messages and statuses that were understood it is not kept.
    public var raw: JSON

    public init(address: Address, kind: Kind, occurredAt: Date?, deduplicationKey: String, raw: JSON) {
        self.address = address
        self.kind = kind
        self.occurredAt = occurredAt
        self.deduplicationKey = Personal(deduplicationKey)
        self.raw = raw
    }
}

/// `raw` holds what a person wrote or is called, so it is shown nowhere.
extension ChannelEvent: CustomStringConvertible, CustomReflectable {
    public var description: String { "ChannelEvent(\(address), \(kind))" }
    public var customMirror: Mirror { Mirror(self, children: ["address": address, "kind": kind]) }
}

public struct InboundMessage: Sendable, Hashable {
    /// The messenger's id. WhatsApp's holds the person's number in Base64, so it is personal data.
    public var providerID: Personal<String>
    public var sender: PersonReference
    public var content: MessageContent
    /// Whether the person did something by it, so that the business may answer freely; not so when the messenger itself tells something.
    public var opensWindow: Bool

    public init(providerID: String, sender: PersonReference, content: MessageContent, opensWindow: Bool = true) {
        self.providerID = Personal(providerID)
        self.sender = sender
        self.content = content
        self.opensWindow = opensWindow
    }
}

/// How far a message that we sent has come.
public struct StatusUpdate: Sendable, Hashable {
    public enum Stage: String, Sendable, Hashable, CaseIterable {
        case sent, delivered, read, played, failed, deleted
    }

    public var providerID: Personal<String>
    /// Our own id, when the messenger hands it back.
    public var callerReference: String?
    public var stage: Stage
    public var recipient: [Identity]
    public var fault: ChannelFault?

    public init(providerID: String, callerReference: String?, stage: Stage, recipient: [Identity], fault: ChannelFault?)
    {
        self.providerID = Personal(providerID)
        self.callerReference = callerReference
        self.stage = stage
        self.recipient = recipient
        self.fault = fault
    }
}
