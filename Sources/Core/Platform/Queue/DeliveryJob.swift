import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// The first job of a lane with all that delivering it needs.
struct DeliveryJob: QueuedJob {
    let id: Int64
    /// Attempts that failed and were to be repeated.
    let failures: Int
    /// Attempts of which nobody knows what became of them.
    let unclear: Int
    let attemptedAt: Date?
    let message: MessageID
    let state: MessageState
    let purpose: String
    let contentSealed: [UInt8]
    let contact: ContactID
    let sealedFor: ContactID
    let keyID: UUID
    let keySealed: [UInt8]?
    let contactErased: Bool
    let contactRestricted: Bool
    let channel: ChannelID
    let plugin: String
    let address: String
    let channelState: ChannelState
    let heldUntil: Date?
    let configurationSealed: [UInt8]
    let consent: ConsentStanding
    let isSpecialCategory: Bool
    let isAdvertising: Bool
    /// Also the window that messages opened which are in quarantine.
    let windowClosesAt: Date?
    /// What a reply in a dialogue about consent goes by.
    let dialogue: DialoguePermission?

    var subject: UUID { message.rawValue }

    static func first(of lane: Lane) -> PostgresQuery {
        PostgresQuery(
            "delivery.first",
            """
            SELECT j.job_id, j.failures, j.unclear, j.attempted_at, m.message_id, m.state, m.purpose, m.content_sealed, m.contact_id,
                   m.sealed_for, s.key_id, s.key_sealed, c.erased_at, c.restricted_at,
                   ch.channel_id, ch.plugin, ch.address, ch.state AS channel_state, ch.state_reason, ch.held_until,
                   ch.configuration_sealed, co.state AS consent_state, co.since, co.expires_at, co.proof, co.is_explicit,
                   co.age_confirmed, m.special_category OR is_special_category($1, m.purpose) AS is_special,
                   is_advertising($1, m.purpose) AS is_advertising,
                   greatest(cv.window_closes_at, cv.quarantine_closes_at) AS window_closes_at,
                   d.status AS dialogue_status, d.closing_message
            FROM queue_jobs j
            JOIN messages m ON m.tenant_id = j.tenant_id AND m.message_id = j.subject_id
            JOIN contacts s ON s.tenant_id = m.tenant_id AND s.contact_id = m.sealed_for
            JOIN contacts c ON c.tenant_id = m.tenant_id AND c.contact_id = m.contact_id
            JOIN channels ch ON ch.tenant_id = m.tenant_id AND ch.channel_id = m.channel_id
            JOIN conversations cv ON cv.tenant_id = m.tenant_id AND cv.conversation_id = m.conversation_id
            LEFT JOIN effective_consents co ON co.tenant_id = m.tenant_id AND co.contact_id = m.contact_id AND co.channel_id = m.channel_id
                 AND co.purpose = m.purpose
            LEFT JOIN dialogues d ON d.tenant_id = m.tenant_id AND d.contact_id = m.contact_id AND d.channel_id = m.channel_id
            WHERE j.tenant_id = $1 AND j.kind = $2 AND j.lane_id = $3 AND j.dead_at IS NULL
            ORDER BY j.job_id
            LIMIT 1
            """, [lane.tenant, lane.kind, lane.id])
    }

    init(_ row: PostgresRow) throws {
        id = try row.decode("job_id")
        failures = Int(try row.decode("failures", as: Int32.self))
        unclear = Int(try row.decode("unclear", as: Int32.self))
        attemptedAt = try row.decode("attempted_at")
        message = try row.decode("message_id")
        state = try row.decode("state")
        purpose = try row.decode("purpose", as: String?.self) ?? ""
        contentSealed = try row.decode("content_sealed")
        contact = try row.decode("contact_id")
        sealedFor = try row.decode("sealed_for")
        keyID = try row.decode("key_id")
        keySealed = try row.decode("key_sealed")
        contactErased = try row.decode("erased_at", as: Date?.self) != nil
        contactRestricted = try row.decode("restricted_at", as: Date?.self) != nil
        channel = try row.decode("channel_id")
        plugin = try row.decode("plugin")
        address = try row.decode("address")
        channelState = ChannelState(state: try row.decode("channel_state"), reason: try row.decode("state_reason"))
        heldUntil = try row.decode("held_until")
        configurationSealed = try row.decode("configuration_sealed")
        consent = try ConsentStanding(row, state: "consent_state")
        isSpecialCategory = try row.decode("is_special")
        isAdvertising = try row.decode("is_advertising")
        windowClosesAt = try row.decode("window_closes_at")
        let status = try row.decode("dialogue_status", as: DialogueStatus?.self)
        let isConfirmation = try row.decode("closing_message", as: MessageID?.self) == message
        dialogue = status.map { DialoguePermission($0, isConfirmation: isConfirmation) }
    }
}

/// The SQL that a delivery leaves on its message.
enum DeliveryStore {
    /// The addresses of the person, also when they were merged into another contact since the job was read.
    static func recipient(_ tenant: TenantID, _ contact: ContactID, plugin: String) -> PostgresQuery {
        PostgresQuery(
            "delivery.recipient",
            """
            SELECT i.identity_id, i.kind, i.address_sealed, i.sealed_for, c.key_id, c.key_sealed
            FROM identities i
            JOIN contacts c ON c.tenant_id = i.tenant_id AND c.contact_id = i.sealed_for
            WHERE i.tenant_id = $1 AND i.plugin = $3
              AND i.contact_id = (SELECT coalesce(merged_into, contact_id) FROM contacts WHERE tenant_id = $1 AND contact_id = $2)
              AND i.retired_at IS NULL AND c.key_sealed IS NOT NULL
            ORDER BY i.first_seen_at DESC
            """, [tenant, contact, plugin])
    }

    static func state(_ tenant: TenantID, _ message: MessageID) -> PostgresQuery {
        PostgresQuery(
            "delivery.state", "SELECT state FROM messages WHERE tenant_id = $1 AND message_id = $2", [tenant, message])
    }

    static func sending(_ tenant: TenantID, _ message: MessageID) -> PostgresQuery {
        PostgresQuery(
            "delivery.sending",
            """
            UPDATE messages SET state = 'sending', updated_at = now()
            WHERE tenant_id = $1 AND message_id = $2 AND state IN ('accepted', 'sending')
            """, [tenant, message])
    }

    static func backToAccepted(_ tenant: TenantID, _ message: MessageID) -> PostgresQuery {
        PostgresQuery(
            "delivery.back-to-accepted",
            """
            UPDATE messages SET state = 'accepted', updated_at = now()
            WHERE tenant_id = $1 AND message_id = $2 AND state = 'sending'
            """, [tenant, message])
    }

    /// Makes a status that brings this id and our record of it wait for each other, so that the second finds what the first wrote.
    static func claimProviderID(_ tenant: TenantID, _ index: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "delivery.claim-provider-id",
            "SELECT pg_advisory_xact_lock(hashtextextended($1::text || encode($2, 'hex'), 0))",
            [tenant.description, index])
    }

    /// The messenger has it. A status that was quicker is not set back.
    static func sent(_ tenant: TenantID, _ message: MessageID, index: [UInt8], idSealed: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "delivery.sent",
            """
            UPDATE messages
            SET state = CASE WHEN state IN ('accepted', 'sending') THEN 'sent' ELSE state END,
                provider_index = coalesce(provider_index, $3), provider_id_sealed = coalesce(provider_id_sealed, $4),
                updated_at = now()
            WHERE tenant_id = $1 AND message_id = $2
            RETURNING state
            """, [tenant, message, index, idSealed])
    }

    /// Statuses that came without our reference before the messenger's id was known here.
    static func adoptStatuses(_ tenant: TenantID, _ message: MessageID, index: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "delivery.adopt-statuses",
            """
            UPDATE message_statuses SET message_id = $2
            WHERE tenant_id = $1 AND provider_index = $3 AND message_id IS NULL
            RETURNING stage, fault_code, fault_message, fault_remedy
            """, [tenant, message, index])
    }

    static func advance(
        _ tenant: TenantID, _ message: MessageID, to state: MessageState, _ fault: ChannelFault?
    ) -> PostgresQuery {
        PostgresQuery(
            "delivery.advance",
            """
            UPDATE messages
            SET state = $3, fault_code = $4, fault_message = $5, fault_remedy = $6, updated_at = now()
            WHERE tenant_id = $1 AND message_id = $2
            """, [tenant, message, state, fault?.code, fault?.message, fault?.remedy])
    }

    static func end(
        _ tenant: TenantID, _ message: MessageID, _ state: MessageState, code: String, message text: String,
        remedy: String?
    ) -> PostgresQuery {
        PostgresQuery(
            "delivery.end",
            """
            UPDATE messages
            SET state = $3, fault_code = $4, fault_message = $5, fault_remedy = $6, updated_at = now()
            WHERE tenant_id = $1 AND message_id = $2 AND state IN ('accepted', 'sending')
            """, [tenant, message, state, code, text, remedy])
    }
}
