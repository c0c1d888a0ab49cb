import PluginKit
import Postgres

extension ConsentKeeper {
    /// The gate needs no such event, as it looks at the terms itself; whoever reads the history does.
    /// - Returns: how many were written.
    @discardableResult
    func noteSuperseded(_ tenant: TenantID) async throws -> Int {
        guard try await hasRenewed(tenant) else { return 0 }
        let keys = try await shard.keys.keys(of: tenant)
        var count = 0
        var after: (ContactID, ChannelID)?
        while true {
            let people = try await shard.worker.transactionBatch(
                settings: asTenant(tenant), [Self.superseded(tenant, after: after)])[0]
            for row in people {
                let contact = try row.decode("contact_id", as: ContactID.self)
                let channel = try row.decode("channel_id", as: ChannelID.self)
                // Looks again while the contact is held: the person may have agreed anew at this moment.
                count += try await shard.worker.transaction(settings: asTenant(tenant)) { tx in
                    let held = try await ContactStore.lock(tenant, contact, tx)
                    return try await ConsentLedger.supersede(keys, contact: held, channel: channel, tx)
                }
                after = (contact, channel)
            }
            if people.count < Self.portion { return count }
            try Task.checkCancellation()
        }
    }

    /// Most tenants never have: nobody's consents are looked at then.
    private func hasRenewed(_ tenant: TenantID) async throws -> Bool {
        let rows = try await shard.worker.transactionBatch(
            settings: asTenant(tenant),
            [
                PostgresQuery(
                    "consents.renewed",
                    """
                    SELECT FROM purposes
                    WHERE tenant_id = $1 AND \(ConsentTermsStore.renews)
                    LIMIT 1
                    """, [tenant])
            ])[0]
        return !rows.isEmpty
    }

    /// - Parameter after: the last that was looked at: none is looked at twice, whatever came of it.
    private static func superseded(_ tenant: TenantID, after: (ContactID, ChannelID)?) -> PostgresQuery {
        PostgresQuery(
            "consents.superseded-people",
            """
            SELECT DISTINCT c.contact_id, c.channel_id
            FROM effective_consents c
            JOIN contacts named ON named.tenant_id = c.tenant_id AND named.contact_id = c.contact_id
            WHERE c.tenant_id = $1 AND c.renewed_at IS NOT NULL AND named.merged_into IS NULL
              AND ($3::uuid IS NULL OR (c.contact_id, c.channel_id) > ($3, $4))
            ORDER BY c.contact_id, c.channel_id
            LIMIT $2
            """, [tenant, portion, after?.0, after?.1])
    }
}
