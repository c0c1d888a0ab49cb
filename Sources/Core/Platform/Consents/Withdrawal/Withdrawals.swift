import PluginKit
import Postgres

import struct Foundation.Date

/// Withdrawing everything on a channel. Whoever calls acts as the tenant.
enum Withdrawals {
    /// Messengers tell whole seconds, ours are finer: counted at the second's beginning, a withdrawal would come before a consent of the
    /// same second that it was meant for. So the last moment counts that the time can mean.
    static func latest(_ time: Date) -> Date {
        let seconds = time.timeIntervalSince1970
        return seconds == seconds.rounded(.down) ? time.addingTimeInterval(0.999) : time
    }

    /// Ends every consent of a person on a channel, with what is recorded later about the time before.
    ///
    /// Who says so again says it of the time until now: it is recorded again, as otherwise a consent that is learnt of afterwards, from
    /// between the two, would count.
    /// - Returns: whether there was anything left to withdraw: the first time only, a person is told.
    @discardableResult
    static func everything(
        _ keys: TenantKeys, contact named: ContactID, channel: ChannelID, source: String, method: String,
        evidence: JSONObject = JSONObject(), at time: Date, by caller: APIKeyID? = nil, releases: Bool = true,
        _ tx: PostgresTransaction
    ) async throws -> Bool {
        let contact = try await ContactStore.lock(keys.tenant, named, tx)
        let rows = try await tx.query(
            PostgresQuery(
                "withdrawals.standing",
                """
                SELECT count(*) FILTER (WHERE state IN ('granted', 'confirmed', 'requested') AND purpose <> 'all') AS open,
                       count(*) FILTER (WHERE purpose = 'all' AND state = 'withdrawn') AS withdrawn
                FROM consents
                WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3
                """, [keys.tenant, contact, channel]))
        let isOpen = try rows[0].decode("open", as: Int.self) > 0
        let isNew = try isOpen || rows[0].decode("withdrawn", as: Int.self) == 0
        if !isNew {
            let isLater = try await isLater(
                time, keys.tenant, contact: contact, channel: channel, ReservedPurpose.every, tx)
            guard isLater else { return false }
        }
        var evidence = evidence
        evidence["method"] = .string(method)
        let draft = ConsentEventDraft(
            kind: .withdrawn, purpose: ReservedPurpose.every, occurredAt: time, evidence: .object(evidence))
        _ = try await ConsentLedger.addHeld(
            keys, .generate(), contact: contact, channel: channel, source: source, draft, by: caller,
            releases: releases, tx)
        return isNew
    }

    /// Whether the person had not said so, of this or of everything, at that time or later. No time is later than its record.
    private static func isLater(
        _ time: Date, _ tenant: TenantID, contact: ContactID, channel: ChannelID, _ purpose: String,
        _ tx: PostgresTransaction
    ) async throws -> Bool {
        let rows = try await tx.query(
            PostgresQuery(
                "withdrawals.last",
                """
                SELECT coalesce(least($5, now()) > max(least(e.occurred_at, e.recorded_at)), true) AS is_later
                FROM consent_events e
                JOIN contacts c ON c.tenant_id = e.tenant_id AND c.contact_id = e.contact_id
                WHERE e.tenant_id = $1 AND (e.contact_id = $2 OR c.merged_into = $2) AND e.channel_id = $3
                  AND e.purpose IN ($4, 'all') AND e.kind = 'withdrawn'
                """, [tenant, contact, channel, purpose, time]))
        return try rows[0].decode("is_later")
    }

    /// Ends one consent, or everything when no purpose is named.
    /// - Returns: whether there was anything left to withdraw.
    static func record(
        _ purpose: String?, _ keys: TenantKeys, contact named: ContactID, channel: ChannelID, source: String,
        method: String, evidence: JSONObject, at time: Date, by caller: APIKeyID?, _ tx: PostgresTransaction
    ) async throws -> Bool {
        guard let purpose, purpose != ReservedPurpose.every else {
            return try await everything(
                keys, contact: named, channel: channel, source: source, method: method, evidence: evidence, at: time,
                by: caller, tx)
        }
        let contact = try await ContactStore.lock(keys.tenant, named, tx)
        let standing = try await ConsentLedger.derive(
            keys.tenant, contact: contact, channel: channel, purpose: purpose, tx)
        let isNew = standing.state != .withdrawn
        if !isNew {
            let isLater = try await isLater(time, keys.tenant, contact: contact, channel: channel, purpose, tx)
            guard isLater else { return false }
        }
        var evidence = evidence
        evidence["method"] = .string(method)
        let draft = ConsentEventDraft(
            kind: .withdrawn, purpose: purpose, occurredAt: time, evidence: .object(evidence))
        _ = try await ConsentLedger.addHeld(
            keys, .generate(), contact: contact, channel: channel, source: source, draft, by: caller, tx)
        return isNew
    }

    /// Tells a person that they have withdrawn: the one message that the gate lets pass after that, while the service window is open.
    /// - Returns: false for a person of whom nothing is left.
    @discardableResult
    static func confirm(
        _ keys: TenantKeys, to named: ContactID, channel: ChannelID, _ content: MessageContent,
        _ tx: PostgresTransaction
    ) async throws -> Bool {
        let rows = try await tx.query(
            PostgresQuery(
                "withdrawals.person",
                """
                SELECT c.contact_id, c.key_id, c.key_sealed
                FROM contacts named
                JOIN contacts c ON c.tenant_id = named.tenant_id AND c.contact_id = coalesce(named.merged_into, named.contact_id)
                WHERE named.tenant_id = $1 AND named.contact_id = $2 AND c.key_sealed IS NOT NULL
                """, [keys.tenant, named]))
        guard let row = rows.first else { return false }
        let contact = try OpenContact(
            id: row.decode("contact_id"), keyID: row.decode("key_id"), keySealed: row.decode("key_sealed"), keys: keys)
        let id = MessageID.generate()
        let message = SendStore.NewMessage(
            id: id, contact: contact.id, channel: channel, type: content.type, purpose: ReservedPurpose.dialogue,
            contentSealed: try contact.seal(content: content, of: id), at: Date(), caller: nil, route: "dialogue",
            idempotencyHash: nil, requestHash: [])
        _ = try await tx.pipeline(
            [DialogueStore.close(keys.tenant, contact.id, channel, .withdrawn, closing: id)]
                + SendStore.writes(keys.tenant, [message]))
        return true
    }
}

extension IngestWork.Message {
    /// What a word or a button of withdrawal leaves as evidence: what the person did, and which message shows it.
    func withdrawalEvidence(_ word: WithdrawalWord, stored: MessageID) -> JSONObject {
        var evidence = JSONObject([("message_id", .string(stored.description))])
        evidence["language"] = word.language.map { .string($0) }
        if message.content.type == "text" { evidence["text"] = message.content.fields["body"] }
        return evidence
    }
}
