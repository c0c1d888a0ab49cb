import PluginKit
import Postgres

import struct Foundation.Date

/// What is said to a person in a dialogue about consent: outbound messages like any other, of the reserved purpose.
enum DialogueReplies {
    /// How long the same is not said again to somebody who keeps writing.
    static let repeatPause = Duration.seconds(600)

    struct New: Sendable {
        var id: MessageID
        var content: MessageContent

        init(_ content: MessageContent) {
            id = .generate()
            self.content = content
        }
    }

    /// Stores and queues replies, in this order.
    /// - Parameter isHidden: whether the tenant is not shown them yet.
    static func add(
        _ replies: [New], to person: DialoguePerson, _ contact: OpenContact, isHidden: Bool, at now: Date,
        _ tx: PostgresTransaction
    ) async throws {
        guard !replies.isEmpty else { return }
        let tenant = contact.tenant
        let sealed = try replies.map { try contact.seal(content: $0.content, of: $0.id) }
        _ = try await tx.pipeline(
            [
                PostgresQuery(
                    "dialogue.add-replies",
                    """
                    INSERT INTO messages (tenant_id, message_id, conversation_id, contact_id, channel_id, sealed_for, direction, type,
                                          purpose, state, content_sealed, occurred_at, hidden)
                    SELECT $1, u.message_id, $2, $3, $4, $3, 'outbound', u.type, $5, 'accepted', u.content_sealed, $6, $7
                    FROM unnest($8::uuid[], $9::text[], $10::bytea[]) AS u (message_id, type, content_sealed)
                    """,
                    [
                        tenant, person.conversation, person.contact, person.channel, ReservedPurpose.dialogue, now,
                        isHidden, replies.map(\.id), replies.map { IngestWork.plain($0.content.type) }, sealed,
                    ])
            ] + QueueStore.enqueueMessages(tenant, replies.map(\.id)))
    }

    /// What stands for what was said, so that the same is recognised.
    static func hash(_ replies: [MessageContent], _ keys: TenantKeys) -> [UInt8] {
        keys.index.index("dialogue/replies", JSON.array(replies.map(\.json)).encoded())
    }
}
