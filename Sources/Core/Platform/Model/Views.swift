public import PluginKit

public import struct Foundation.Date

/// A contact as its tenant sees it.
public struct ContactView: Sendable {
    public struct Address: Sendable {
        public var plugin: String
        public var identity: Identity
        /// Nil while it is in use.
        public var retiredAt: Date?
    }

    public var id: ContactID
    public var name: Personal<String>?
    public var addresses: [Address]
    public var createdAt: Date
    public var erasedAt: Date?
}

public struct ConversationView: Sendable {
    public var id: ConversationID
    public var contact: ContactID
    public var channel: ChannelID
    public var lastInboundAt: Date?
    public var windowClosesAt: Date?
    public var lastMessageAt: Date
}

public enum MessageDirection: String, Sendable { case inbound, outbound }

public struct MessageView: Sendable {
    public var id: MessageID
    public var conversation: ConversationID
    public var contact: ContactID
    public var channel: ChannelID
    public var direction: MessageDirection
    /// `received` for inbound, else a `MessageState`.
    public var state: String
    public var purpose: String?
    /// Whether the content is or may be of a special category (Art. 9 GDPR).
    public var isSpecialCategory: Bool
    public var content: MessageContent
    public var providerID: Personal<String>?
    public var occurredAt: Date
    public var createdAt: Date
    public var fault: ChannelFault?
    /// Stages the messenger reported, oldest first; filled for a single message only.
    public var stages: [(stage: String, occurredAt: Date)] = []
}

/// What a messenger told besides messages and statuses, and what could not be read.
public struct ChannelEventView: Sendable {
    public var id: ChannelEventID
    public var channel: ChannelID
    public var kind: String
    public var field: String
    public var outcome: String
    public var reason: String?
    public var occurredAt: Date?
    public var receivedAt: Date
    /// The event as it came; null for one that may hold what somebody wrote, or who they are.
    public var raw: Personal<JSON>

    /// Whether an event of this kind is told as it came. What could not be read, or is not known yet, may be of people who have not
    /// agreed: nobody shows it (it stays sealed, and a later version may read it).
    static func isTold(_ kind: String) -> Bool { kind == "account" }
}

/// A consent's state with what it rests on.
public struct ConsentView: Sendable {
    public var contact: ContactID
    public var channel: ChannelID
    public var purpose: String
    public var standing: ConsentStanding
}

/// Events that came for a number nobody has.
public struct UnroutableCount: Sendable {
    public var plugin: String
    public var kind: String
    public var address: String
    public var reason: String
    public var events: Int
    public var firstAt: Date
    public var lastAt: Date
}

/// A message that was given up, and waits for somebody to look.
public struct DeadLetter: Sendable {
    public var message: MessageID
    public var attempts: Int
    public var fault: ChannelFault
    public var deadAt: Date
}
