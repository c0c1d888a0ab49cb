import PluginKit
import Postgres

import struct Foundation.Date

extension DialogueStore {
    /// - Parameter keys: nil when what the source keeps between two turns is of no interest.
    static func standing(
        _ tenant: TenantID, _ person: DialoguePerson, keys: TenantKeys? = nil, _ tx: PostgresTransaction
    ) async throws -> DialogueStanding {
        let rows = try await tx.query(
            PostgresQuery(
                "dialogue.standing",
                """
                SELECT d.status, d.source_id, d.source_version, d.sealed_for, s.key_id, s.key_sealed, d.state_sealed, d.entry,
                       coalesce(d.languages, '{}') AS languages, d.wakes_at, d.replied_hash, d.replied_at, d.closing_message,
                       ARRAY(SELECT a.purpose FROM effective_consents a
                             WHERE a.tenant_id = $1 AND a.contact_id = $2 AND a.channel_id = $3
                               AND a.state IN ('granted', 'confirmed') AND (a.expires_at IS NULL OR a.expires_at > now())) AS agreed
                FROM (SELECT 1) one
                LEFT JOIN dialogues d ON d.tenant_id = $1 AND d.contact_id = $2 AND d.channel_id = $3
                LEFT JOIN contacts s ON s.tenant_id = $1 AND s.contact_id = d.sealed_for
                """, [tenant, person.contact, person.channel]))
        guard let row = rows.first else { return DialogueStanding(status: nil, agreed: [], languages: []) }
        var standing = DialogueStanding(
            status: try row.decode("status"), agreed: Set(try row.decode("agreed", as: [String].self)),
            source: try row.decode("source_id"),
            sourceVersion: try row.decode("source_version", as: Int64?.self).map(Int.init),
            entry: try row.decode("entry"), languages: try row.decode("languages"),
            wakesAt: try row.decode("wakes_at"), repliedHash: try row.decode("replied_hash"),
            repliedAt: try row.decode("replied_at"), closing: try row.decode("closing_message"))
        if let keys, let sealed = try row.decode("state_sealed", as: [UInt8]?.self),
            let key = try row.decode("key_sealed", as: [UInt8]?.self)
        {
            let owner = try OpenContact(
                id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: key, keys: keys)
            standing.state = try owner.open(dialogueState: sealed, on: person.channel)
        }
        return standing
    }

    /// Writes down where a turn left the dialogue.
    static func save(
        _ tenant: TenantID, _ person: DialoguePerson, _ standing: DialogueStanding, stateSealed: [UInt8]?
    ) -> PostgresQuery {
        PostgresQuery(
            "dialogue.save",
            """
            INSERT INTO dialogues (tenant_id, contact_id, channel_id, status, source_id, source_version, sealed_for, state_sealed,
                                   entry, languages, wakes_at, closing_message, replied_hash, replied_at)
            VALUES ($1, $2, $3, $4, $5, $6, $2, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (tenant_id, contact_id, channel_id) DO UPDATE
            SET status = excluded.status, source_id = excluded.source_id, source_version = excluded.source_version,
                sealed_for = excluded.sealed_for, state_sealed = excluded.state_sealed, entry = excluded.entry,
                languages = excluded.languages, wakes_at = excluded.wakes_at,
                closing_message = excluded.closing_message,
                replied_hash = excluded.replied_hash, replied_at = excluded.replied_at, updated_at = now()
            """,
            [
                tenant, person.contact, person.channel, standing.status ?? .leftAlone, standing.source,
                standing.sourceVersion, stateSealed, standing.entry, standing.languages, standing.wakesAt,
                standing.isClosed ? standing.closing : nil,
                standing.repliedHash, standing.repliedAt,
            ])
    }

    /// A dialogue is over, if there was one; what the source kept of it goes.
    static func end(_ tenant: TenantID, _ person: DialoguePerson, _ status: DialogueStatus) -> PostgresQuery {
        end(tenant, person.contact, person.channel, status)
    }

    static func end(
        _ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID, _ status: DialogueStatus
    ) -> PostgresQuery {
        PostgresQuery(
            "dialogue.end",
            """
            UPDATE dialogues
            SET status = $4, state_sealed = NULL, wakes_at = NULL, replied_hash = NULL, replied_at = NULL, updated_at = now()
            WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3
            """, [tenant, contact, channel, status])
    }

    /// The person said no outside any dialogue: nobody asks them again.
    /// - Parameter closing: the one message that confirms it, when there is one.
    static func close(
        _ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID, _ status: DialogueStatus,
        closing: MessageID? = nil
    ) -> PostgresQuery {
        PostgresQuery(
            "dialogue.close",
            """
            INSERT INTO dialogues AS d (tenant_id, contact_id, channel_id, status, sealed_for, closing_message)
            VALUES ($1, $2, $3, $4, $2, $5)
            ON CONFLICT (tenant_id, contact_id, channel_id) DO UPDATE
            SET status = CASE WHEN d.status = 'refused' THEN d.status ELSE excluded.status END, state_sealed = NULL,
                wakes_at = NULL, updated_at = now(),
                closing_message = CASE WHEN d.status IN ('refused', 'withdrawn')
                                       THEN coalesce(d.closing_message, excluded.closing_message)
                                       ELSE excluded.closing_message END
            """, [tenant, contact, channel, status, closing])
    }

    /// Nobody is there any more who would ask.
    static func sleep(_ tenant: TenantID, _ person: DialoguePerson) -> PostgresQuery {
        PostgresQuery(
            "dialogue.sleep",
            "UPDATE dialogues SET wakes_at = NULL WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3",
            [tenant, person.contact, person.channel])
    }

    static func remove(_ tenant: TenantID, _ person: DialoguePerson) -> PostgresQuery {
        PostgresQuery(
            "dialogue.remove",
            "DELETE FROM dialogues WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3",
            [tenant, person.contact, person.channel])
    }
}

extension OpenContact {
    /// Bound to person and channel: a state does not open as another's.
    func seal(dialogueState state: JSON, on channel: ChannelID) throws -> [UInt8] {
        try key.seal(state.encoded(), dialogueContext(channel))
    }

    func open(dialogueState sealed: [UInt8], on channel: ChannelID) throws -> JSON {
        try JSON(parsing: key.open(sealed, dialogueContext(channel)))
    }

    private func dialogueContext(_ channel: ChannelID) -> SealContext {
        SealContext(table: "dialogues", column: "state_sealed/\(channel)", row: id, tenant: tenant)
    }
}
