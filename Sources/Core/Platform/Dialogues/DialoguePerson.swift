import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// A person on a channel, whose row is held until commit.
struct DialoguePerson: Sendable {
    let contact: ContactID
    let channel: ChannelID
    let conversation: ConversationID
    let isHidden: Bool
    private let keyID: UUID
    private let keySealed: [UInt8]?

    init(_ row: PostgresRow) throws {
        contact = try row.decode("contact_id")
        channel = try row.decode("channel_id")
        conversation = try row.decode("conversation_id")
        isHidden = try row.decode("hidden")
        keyID = try row.decode("key_id")
        keySealed = try row.decode("key_sealed")
    }

    /// - Returns: nil for a person who was erased.
    func open(_ keys: TenantKeys) throws -> OpenContact? {
        try keySealed.map { try OpenContact(id: contact, keyID: keyID, keySealed: $0, keys: keys) }
    }
}

/// How far the asking has come with a person on a channel, as `dialogues.status` has it.
enum DialogueStatus: String, Sendable, Hashable, CaseIterable, PostgresEnum {
    case asking, admitted, refused, withdrawn
    case leftAlone = "left_alone"

    /// Whether the person said no: nothing more is asked, and what they write is destroyed unless it is a new agreement.
    var isClosed: Bool { self == .refused || self == .withdrawn }
}

/// What is known of the asking, and of the person's consents on the channel.
struct DialogueStanding: Sendable {
    var status: DialogueStatus?
    /// Purposes to which the person has agreed, and may be written to for now.
    var agreed: Set<String>
    var source: ConsentSourceID?
    var sourceVersion: Int?
    var state: JSON?
    var entry: String?
    var languages: [String]
    var wakesAt: Date?
    var repliedHash: [UInt8]?
    var repliedAt: Date?
    /// The confirmation that was sent after a no.
    var closing: MessageID?

    var isAdmitted: Bool { !agreed.isEmpty }
    var isClosed: Bool { status?.isClosed == true }
    /// Whether the source knows of the no, and so whether the person wants to be asked again.
    var isRemembered: Bool { state != nil && state != .null }

    /// As of somebody who was never asked, after a plain word that they want to be.
    var begunAgain: DialogueStanding {
        DialogueStanding(status: nil, agreed: agreed, entry: entry, languages: languages)
    }
}
