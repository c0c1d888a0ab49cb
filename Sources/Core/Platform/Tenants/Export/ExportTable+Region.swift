import PluginKit
import Postgres

import struct Foundation.UUID

extension ExportTable {
    /// What lives in the tenant's region. Whatever was sealed for a person who was erased stays closed, and is told as null.
    static let region: [ExportTable] = [
        ExportTable(
            name: "channels", place: .region, omitted: ["configuration_sealed"],
            sql: """
                SELECT (to_jsonb(t) - 'configuration_sealed')::text AS row, ARRAY[t.channel_id::text] AS place
                FROM channels t
                WHERE t.tenant_id = $1 AND ($3::text[] IS NULL OR t.channel_id > ($3::text[])[1]::uuid)
                ORDER BY t.channel_id
                LIMIT $2
                """),
        ExportTable(
            name: "webhook_endpoints", place: .region, omitted: ["secret_sealed", "previous_secret_sealed"],
            sql: """
                SELECT (to_jsonb(t) - ARRAY['secret_sealed', 'previous_secret_sealed'])::text AS row,
                       ARRAY[t.endpoint_id::text] AS place
                FROM webhook_endpoints t
                WHERE t.tenant_id = $1 AND ($3::text[] IS NULL OR t.endpoint_id > ($3::text[])[1]::uuid)
                ORDER BY t.endpoint_id
                LIMIT $2
                """),
        ExportTable(
            name: "contacts", place: .region, omitted: ["key_id", "key_sealed", "name_sealed"],
            shown: ofShownContact,
            sql: """
                SELECT (to_jsonb(t) - ARRAY['key_id', 'key_sealed', 'name_sealed'])::text AS row,
                       ARRAY[t.contact_id::text] AS place, t.contact_id AS sealed_for, t.key_id, t.key_sealed, t.name_sealed
                FROM contacts t
                WHERE t.tenant_id = $1 AND (\(ofShownContact)) AND ($3::text[] IS NULL OR t.contact_id > ($3::text[])[1]::uuid)
                ORDER BY t.contact_id
                LIMIT $2
                """,
            opened: { row, keys in
                let person = try person(row, keys)
                return [
                    ("name", try text(row, "name_sealed") { try person?.open(name: $0) })
                ]
            }),
        ExportTable(
            name: "identities", place: .region, omitted: ["blind_index", "address_sealed"],
            shown: ofShownContact,
            sql: """
                SELECT (to_jsonb(t) - ARRAY['blind_index', 'address_sealed'])::text AS row, ARRAY[t.identity_id::text] AS place,
                       t.identity_id, t.address_sealed, t.sealed_for, c.key_id, c.key_sealed
                FROM identities t
                JOIN contacts c ON c.tenant_id = t.tenant_id AND c.contact_id = t.sealed_for
                WHERE t.tenant_id = $1 AND (\(ofShownContact)) AND ($3::text[] IS NULL OR t.identity_id > ($3::text[])[1]::uuid)
                ORDER BY t.identity_id
                LIMIT $2
                """,
            opened: { row, keys in
                let person = try person(row, keys)
                let id = try row.decode("identity_id", as: IdentityID.self)
                return [("address", try text(row, "address_sealed") { try person?.open(address: $0, of: id) })]
            }),
        ExportTable(
            name: "conversations", place: .region,
            shown: notHidden,
            sql: """
                SELECT to_jsonb(t)::text AS row, ARRAY[t.conversation_id::text] AS place
                FROM conversations t
                WHERE t.tenant_id = $1 AND (\(notHidden)) AND ($3::text[] IS NULL OR t.conversation_id > ($3::text[])[1]::uuid)
                ORDER BY t.conversation_id
                LIMIT $2
                """),
        ExportTable(
            name: "messages", place: .region, omitted: ["content_sealed", "provider_index", "provider_id_sealed"],
            shown: notHidden,
            sql: """
                SELECT (to_jsonb(t) - ARRAY['content_sealed', 'provider_index', 'provider_id_sealed'])::text AS row,
                       ARRAY[t.message_id::text] AS place, t.message_id, t.content_sealed, t.provider_id_sealed, t.sealed_for,
                       c.key_id, c.key_sealed
                FROM messages t
                JOIN contacts c ON c.tenant_id = t.tenant_id AND c.contact_id = t.sealed_for
                WHERE t.tenant_id = $1 AND (\(notHidden)) AND ($3::text[] IS NULL OR t.message_id > ($3::text[])[1]::uuid)
                ORDER BY t.message_id
                LIMIT $2
                """,
            opened: { row, keys in
                let person = try person(row, keys)
                let id = try row.decode("message_id", as: MessageID.self)
                let content = try person?.open(content: row.decode("content_sealed"), of: id)
                return [
                    ("content", content?.json ?? .null),
                    (
                        "provider_message_id",
                        try text(row, "provider_id_sealed") { try person?.open(providerID: $0, of: id) }
                    ),
                ]
            }),
        ExportTable(
            name: "message_statuses", place: .region, omitted: ["provider_index"],
            shown: ofShownMessage,
            sql: """
                SELECT (to_jsonb(t) - 'provider_index')::text AS row, ARRAY[encode(t.provider_index, 'hex'), t.stage] AS place
                FROM message_statuses t
                WHERE t.tenant_id = $1 AND (\(ofShownMessage)) AND ($3::text[] IS NULL
                      OR (t.provider_index, t.stage) > (decode(($3::text[])[1], 'hex'), ($3::text[])[2]))
                ORDER BY t.provider_index, t.stage
                LIMIT $2
                """),
        ExportTable(
            name: "channel_events", place: .region, omitted: ["dedup_index", "raw_sealed"],
            sql: """
                SELECT (to_jsonb(t) - ARRAY['dedup_index', 'raw_sealed'])::text AS row, ARRAY[t.event_id::text] AS place,
                       t.event_id, t.kind, t.raw_sealed
                FROM channel_events t
                WHERE t.tenant_id = $1 AND ($3::text[] IS NULL OR t.event_id > ($3::text[])[1]::uuid)
                ORDER BY t.event_id
                LIMIT $2
                """,
            opened: { row, keys in
                let isTold = ChannelEventView.isTold(try row.decode("kind"))
                return [("raw", isTold ? try json(row, "channel_events", "raw_sealed", id: "event_id", keys) : .null)]
            }),
        ExportTable(
            name: "consent_events", place: .region,
            omitted: ["evidence_sealed", "previous_hash", "hash", "evidence_hash"],
            shown: ofShownContact,
            sql: """
                SELECT (to_jsonb(t) - '{evidence_sealed,previous_hash,hash,evidence_hash}'::text[]
                        || jsonb_build_object('event_sha256', encode(t.hash, 'hex')))::text AS row, ARRAY[t.consent_event_id::text] AS place,
                       t.consent_event_id, t.evidence_sealed
                FROM consent_events t
                WHERE t.tenant_id = $1 AND (\(ofShownContact)) AND ($3::text[] IS NULL OR t.consent_event_id > ($3::text[])[1]::uuid)
                ORDER BY t.consent_event_id
                LIMIT $2
                """,
            opened: { row, keys in
                [("evidence", try json(row, "consent_events", "evidence_sealed", id: "consent_event_id", keys))]
            }),
        ExportTable(
            name: "consents", place: .region,
            shown: ofShownContact,
            sql: """
                SELECT to_jsonb(t)::text AS row, ARRAY[t.contact_id::text, t.channel_id::text, t.purpose] AS place
                FROM consents t
                WHERE t.tenant_id = $1 AND (\(ofShownContact)) AND ($3::text[] IS NULL OR (t.contact_id, t.channel_id, t.purpose)
                      > (($3::text[])[1]::uuid, ($3::text[])[2]::uuid, ($3::text[])[3]))
                ORDER BY t.contact_id, t.channel_id, t.purpose
                LIMIT $2
                """),
        ExportTable(
            name: "consent_profiles", place: .region,
            sql: """
                SELECT to_jsonb(t)::text AS row, ARRAY[t.version::text] AS place
                FROM consent_profiles t
                WHERE t.tenant_id = $1 AND ($3::text[] IS NULL OR t.version > ($3::text[])[1]::integer)
                ORDER BY t.version
                LIMIT $2
                """),
        ExportTable(
            name: "purposes", place: .region,
            sql: """
                SELECT to_jsonb(t)::text AS row, ARRAY[t.purpose, t.version::text] AS place
                FROM purposes t
                WHERE t.tenant_id = $1 AND ($3::text[] IS NULL
                      OR (t.purpose, t.version) > (($3::text[])[1], ($3::text[])[2]::integer))
                ORDER BY t.purpose, t.version
                LIMIT $2
                """),
        ExportTable(
            name: "consent_sources", place: .region,
            sql: """
                SELECT to_jsonb(t)::text AS row, ARRAY[t.source_id::text] AS place
                FROM consent_sources t
                WHERE t.tenant_id = $1 AND ($3::text[] IS NULL OR t.source_id > ($3::text[])[1]::uuid)
                ORDER BY t.source_id
                LIMIT $2
                """),
        ExportTable(
            name: "consent_source_versions", place: .region,
            sql: """
                SELECT to_jsonb(t)::text AS row, ARRAY[t.source_id::text, t.version::text] AS place
                FROM consent_source_versions t
                WHERE t.tenant_id = $1 AND ($3::text[] IS NULL
                      OR (t.source_id, t.version) > (($3::text[])[1]::uuid, ($3::text[])[2]::integer))
                ORDER BY t.source_id, t.version
                LIMIT $2
                """),
    ]

    private static let notHidden = "NOT t.hidden"
    /// Who was hidden and is one person with somebody who is shown, is shown: what is known of the two is one history.
    private static let ofShownContact = """
        NOT EXISTS (SELECT FROM contacts n
                    JOIN contacts h ON h.tenant_id = n.tenant_id AND h.contact_id = coalesce(n.merged_into, n.contact_id)
                    WHERE n.tenant_id = t.tenant_id AND n.contact_id = t.contact_id AND h.hidden)
        """
    private static let ofShownMessage = """
        NOT EXISTS (SELECT FROM messages h WHERE h.tenant_id = t.tenant_id AND h.message_id = t.message_id AND h.hidden)
        """

    /// The person for whom a row was sealed; nil after their erasure.
    private static func person(_ row: PostgresRow, _ keys: TenantKeys) throws -> OpenContact? {
        guard let sealed = try row.decode("key_sealed", as: [UInt8]?.self) else { return nil }
        return try OpenContact(
            id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: sealed, keys: keys)
    }

    private static func text(
        _ row: PostgresRow, _ column: String, _ open: ([UInt8]) throws -> String?
    ) throws -> JSON {
        guard let sealed = try row.decode(column, as: [UInt8]?.self), let text = try open(sealed) else { return .null }
        return .string(text)
    }

    /// A value that is sealed with the tenant's own key.
    private static func json(
        _ row: PostgresRow, _ table: String, _ column: String, id: String, _ keys: TenantKeys
    ) throws -> JSON {
        let context = SealContext(
            table: table, column: column, row: try row.decode(id, as: UUID.self), tenant: keys.tenant)
        guard let sealed = try row.decode(column, as: [UInt8]?.self) else { return .null }
        return (try? JSON(parsing: keys.data.open(sealed, context))) ?? .null
    }
}
