import Crypto
import Postgres

import struct Foundation.UUID

/// A consent event as the table has it, with all that is hashed. Nothing of it is believed yet.
struct ConsentChainEntry: Sendable, Hashable {
    /// What the first event of a chain follows.
    static let origin = [UInt8](repeating: 0, count: 32)

    private static let prefix = Array("obhut/consent/1\n".utf8)

    var sequence: Int
    var previousHash: [UInt8]
    var hash: [UInt8]
    /// Of the sealed evidence, as the event says.
    var evidenceHash: [UInt8]
    /// What the evidence that is there hashes to; nil when it was destroyed.
    var evidenceFound: [UInt8]?
    /// Whether the time has come from which it may be destroyed.
    var evidenceIsDue: Bool
    /// The hashed fields in their order; nil for one that there is not.
    var fields: [String?]

    /// As `consent_event_hash` of the migration makes it: the trigger is not believed to be what it was.
    var expectedHash: [UInt8] {
        var bytes = Self.prefix + previousHash
        for field in fields {
            if let field { bytes += Array("\(field.utf8.count):\(field)\n".utf8) } else { bytes += Array("-\n".utf8) }
        }
        return Array(SHA256.hash(data: bytes))
    }

    /// A page of a chain. The times come in microseconds, so that nothing rounds them.
    static func page(_ tenant: TenantID, after sequence: Int, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "consents.verify",
            """
            SELECT seq, previous_hash, hash, evidence_hash, evidence_until <= now() AS evidence_is_due,
                   CASE WHEN evidence_sealed IS NULL THEN NULL ELSE sha256(evidence_sealed) END AS evidence_found,
                   tenant_id, consent_event_id, contact_id, channel_id, purpose, kind, source, source_id, recorded_by,
                   proof, is_explicit::text AS is_explicit, age_confirmed::text AS age_confirmed,
                   has_reference::text AS has_reference,
                   (extract(epoch FROM occurred_at) * 1000000)::bigint AS occurred_at,
                   (extract(epoch FROM expires_at) * 1000000)::bigint AS expires_at,
                   (extract(epoch FROM evidence_until) * 1000000)::bigint AS evidence_until,
                   (extract(epoch FROM recorded_at) * 1000000)::bigint AS recorded_at
            FROM consent_events
            WHERE tenant_id = $1 AND seq > $2
            ORDER BY seq
            LIMIT $3
            """, [tenant, sequence, limit])
    }

    init(_ row: PostgresRow) throws {
        func id(_ column: String) throws -> String? {
            try row.decode(column, as: UUID?.self)?.uuidString.lowercased()
        }
        func number(_ column: String) throws -> String? { try row.decode(column, as: Int?.self).map { String($0) } }
        sequence = try row.decode("seq")
        previousHash = try row.decode("previous_hash")
        hash = try row.decode("hash")
        evidenceHash = try row.decode("evidence_hash")
        evidenceFound = try row.decode("evidence_found")
        evidenceIsDue = try row.decode("evidence_is_due")
        fields = [
            try id("tenant_id"), String(sequence), try id("consent_event_id"), try id("contact_id"),
            try id("channel_id"), try row.decode("purpose"), try row.decode("kind"), try row.decode("source"),
            try id("source_id"), evidenceHash.hexadecimal, try number("occurred_at"), try number("expires_at"),
            try number("evidence_until"), try number("recorded_at"), try id("recorded_by"),
            try row.decode("proof"), try row.decode("is_explicit"), try row.decode("age_confirmed"),
        ]
        // Hashed where it is noted; earlier events end before it.
        if let hasReference = try row.decode("has_reference", as: String?.self) { fields.append(hasReference) }
    }
}
