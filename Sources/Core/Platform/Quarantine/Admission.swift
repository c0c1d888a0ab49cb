import Postgres

/// Whether what a person writes on a channel goes to the tenant.
///
/// It does while any purpose there has a valid consent. Not yet, while something that the person wrote before is still on its way out of
/// quarantine, so that the order stays; nor while a dialogue still asks, that has one of several answers.
struct Admission: Sendable, Hashable {
    /// Whether some purpose has a valid consent.
    var isAdmitted = false
    /// Whether a dialogue is under way.
    var isAsked = false
    /// What waits in quarantine.
    var waiting = QuarantineFill()

    var isOpen: Bool { isAdmitted && !isAsked && waiting.messages == 0 }

    init() {}

    init(_ row: PostgresRow) throws {
        isAdmitted = try row.decode("is_admitted")
        isAsked = try row.decode("is_asked")
        waiting = QuarantineFill(messages: try row.decode("messages"), bytes: try row.decode("bytes"))
    }

    /// Counts one more message that goes to quarantine.
    /// - Returns: false when it is more than is kept of somebody who has not agreed.
    mutating func takes(_ size: Int, _ limits: QuarantineLimits = .standard) -> Bool {
        guard isAdmitted || limits.takes(size, besides: waiting) else { return false }
        waiting.messages += 1
        waiting.bytes += size
        return true
    }
}

enum AdmissionStore {
    /// Whether a person has agreed to anything on a channel, as SQL: `contact` and `channel` are expressions.
    static func isAdmitted(contact: String, channel: String) -> String {
        """
        EXISTS (SELECT FROM effective_consents a
                WHERE a.tenant_id = $1 AND a.contact_id = \(contact) AND a.channel_id = \(channel)
                  AND a.state IN ('granted', 'confirmed') AND (a.expires_at IS NULL OR a.expires_at > now()))
        """
    }

    /// One row for each known person and channel of some messages.
    static func find(_ tenant: TenantID, _ messages: [IngestWork.Message]) -> PostgresQuery {
        let named = messages.flatMap { message in message.identities.map { ($0.index.bytes, message.channel) } }
        return PostgresQuery(
            "admission.find",
            """
            SELECT p.contact_id, p.channel_id, q.messages, q.bytes, \(person) AS is_admitted,
                   EXISTS (SELECT FROM dialogues d
                           WHERE d.tenant_id = $1 AND d.contact_id = p.contact_id AND d.channel_id = p.channel_id
                             AND d.status = 'asking') AS is_asked
            FROM (SELECT DISTINCT i.contact_id, u.channel_id
                  FROM unnest($2::bytea[], $3::uuid[]) AS u (blind_index, channel_id)
                  JOIN identities i ON i.tenant_id = $1 AND i.blind_index = u.blind_index AND i.retired_at IS NULL) p
            CROSS JOIN LATERAL (
                SELECT count(*) AS messages, coalesce(sum(w.size), 0)::bigint AS bytes
                FROM quarantined_messages w
                WHERE w.tenant_id = $1 AND w.contact_id = p.contact_id AND w.channel_id = p.channel_id
                  AND w.expires_at > now()) q
            """, [tenant, named.map(\.0), named.map(\.1)])
    }

    private static let person = isAdmitted(contact: "p.contact_id", channel: "p.channel_id")
}
