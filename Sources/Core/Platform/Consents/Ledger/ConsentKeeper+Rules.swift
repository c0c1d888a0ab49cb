import PluginKit
import Postgres

extension ConsentKeeper {
    /// Derives anew what was derived by former rules, which took for a consent what is none by today's, or the other way round.
    /// - Returns: how many.
    @discardableResult
    func deriveAnew(_ tenant: TenantID) async throws -> Int {
        var count = 0
        while true {
            let derived = try await shard.worker.transaction(settings: asTenant(tenant)) { tx in
                let rows = try await tx.query(Self.former(tenant))
                // People before what is known of them, in one order, as everybody who records something of many does.
                let held = try await tx.query(
                    PostgresQuery(
                        "consents.hold-former",
                        """
                        SELECT contact_id FROM contacts
                        WHERE tenant_id = $1 AND contact_id = ANY ($2) AND merged_into IS NULL
                        ORDER BY contact_id
                        FOR UPDATE
                        """, [tenant, try rows.map { try $0.decode("contact_id", as: ContactID.self) }]))
                let contacts = Set(try held.map { try $0.decode("contact_id", as: ContactID.self) })
                var subjects: [ChannelID: [ConsentLedger.Subject]] = [:]
                for row in rows {
                    let contact = try row.decode("contact_id", as: ContactID.self)
                    // Merged since; then its rows are gone as well.
                    guard contacts.contains(contact) else { continue }
                    subjects[try row.decode("channel_id"), default: []].append(
                        .init(contact: contact, purpose: try row.decode("purpose")))
                }
                for (channel, subjects) in subjects {
                    let facts = try await ConsentLedger.facts(
                        tenant, Array(Set(subjects.map(\.contact))), channel, tx)
                    _ = try await tx.pipeline(
                        subjects.map { subject in
                            ConsentLedger.store(
                                tenant, contact: subject.contact, channel: channel, purpose: subject.purpose,
                                ConsentLedger.derive(subject, from: facts))
                        })
                }
                return subjects.values.reduce(0) { $0 + $1.count }
            }
            count += derived
            if derived == 0 { return count }
            try Task.checkCancellation()
        }
    }

    private static func former(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "consents.former",
            """
            SELECT c.contact_id, c.channel_id, c.purpose
            FROM consents c
            JOIN contacts n ON n.tenant_id = c.tenant_id AND n.contact_id = c.contact_id
            WHERE c.tenant_id = $1 AND c.rules < \(ConsentLedger.rules) AND n.merged_into IS NULL
            ORDER BY c.contact_id, c.channel_id, c.purpose
            LIMIT $2
            """, [tenant, portion])
    }
}
