public import PluginKit

/// How a caller names a person.
public enum RecipientReference: Sendable {
    case contact(ContactID)
    case identity(kind: Identity.Kind, address: Personal<String>)
}

/// A message that a tenant asks to send.
public struct SendRequest: Sendable {
    public var recipient: RecipientReference
    /// Nil when the tenant has one channel only.
    public var channel: ChannelID?
    public var purpose: String
    public var content: MessageContent
    public var idempotencyKey: String?
    /// SHA-256 of the request as sent; another request under the same key is refused.
    public var requestHash: [UInt8]
    /// The route, so that keys of different routes do not meet.
    public var route: String

    public init(
        recipient: RecipientReference, channel: ChannelID?, purpose: String, content: MessageContent,
        idempotencyKey: String?,
        requestHash: [UInt8], route: String
    ) {
        self.recipient = recipient
        self.channel = channel
        self.purpose = purpose
        self.content = content
        self.idempotencyKey = idempotencyKey
        self.requestHash = requestHash
        self.route = route
    }
}

public struct SendReceipt: Sendable {
    public var message: MessageID
    /// True when the key had been used for the same request before: nothing was sent again.
    public var replayed: Bool
}

/// What an ingress did with a body.
public struct IngressReceipt: Sendable {
    public var stored: Int
    public var duplicates: Int
    public var unroutable: Int
    /// Came for a tenant whose contract is over.
    public var discarded = 0
    /// Written by people who had not agreed, beyond what is kept of one.
    public var dropped = 0
}
