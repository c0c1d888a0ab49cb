import PluginKit

import struct Foundation.Date
import struct Foundation.UUID

// Rows that ingest writes.

struct NewContact: Sendable {
    var id: ContactID
    var keyID: UUID
    var keySealed: [UInt8]
    var nameSealed: [UInt8]?
    /// Whether the tenant knows nothing of the person yet: they wrote, and have not agreed.
    var isHidden = false
}

struct NewIdentity: Sendable {
    var id: IdentityID
    var contact: ContactID
    var plugin: String
    var kind: String
    var index: [UInt8]
    var sealed: [UInt8]
    /// When the messenger says the person had it: a later word of an earlier change must not undo it.
    var seenAt: Date
}

struct ConversationTouch: Sendable {
    var conversation: ConversationID
    var channel: ChannelID
    var contact: ContactID
    var inboundAt: Date?
    var closesAt: Date?
    var messageAt: Date
    /// When the window closes that a quarantined message opened.
    var quarantineClosesAt: Date?
    /// Whether all of it is in quarantine.
    var isHidden = false
}

struct NewInboundMessage: Sendable {
    var id: MessageID
    var contact: ContactID
    var channel: ChannelID
    var type: String
    var contentSealed: [UInt8]
    var providerIndex: [UInt8]
    var providerIDSealed: [UInt8]
    var occurredAt: Date
}

struct MessageAdvance: Sendable {
    var message: MessageID
    var state: MessageState
    var fault: ChannelFault?
    var providerIndex: [UInt8]?
    var providerIDSealed: [UInt8]?
}
