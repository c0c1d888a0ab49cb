import PluginKit
import Postgres

import struct Foundation.Date

extension Withdrawals {
    /// A person's consents on a channel, as they are now.
    static func standings(
        _ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID, _ tx: PostgresTransaction
    ) async throws -> [ConsentView] {
        let rows = try await tx.query(
            PostgresQuery(
                "withdrawals.standings",
                """
                SELECT purpose, state, since, expires_at, proof, is_explicit, age_confirmed
                FROM effective_consents
                WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3
                ORDER BY purpose
                """, [tenant, contact, channel]))
        let now = Date()
        return try rows.map { row in
            ConsentView(
                contact: contact, channel: channel, purpose: try row.decode("purpose"),
                standing: try ConsentStanding(row).seen(at: now))
        }
    }

    static func windowIsOpen(
        _ tenant: TenantID, _ contact: ContactID, _ channel: ChannelID, _ tx: PostgresTransaction
    ) async throws -> Bool {
        let rows = try await tx.query(
            PostgresQuery(
                "withdrawals.window",
                """
                SELECT window_closes_at
                FROM conversations
                WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3
                """, [tenant, contact, channel]))
        guard let end = try rows.first?.decode("window_closes_at", as: Date?.self) else { return false }
        return end > Date()
    }

    /// As people know the channel; nil while the messenger has not told.
    static func address(of channel: ChannelID, _ tenant: TenantID, _ tx: PostgresTransaction) async throws -> String? {
        try await tx.query(
            PostgresQuery(
                "withdrawals.channel-address",
                "SELECT display_address FROM channels WHERE tenant_id = $1 AND channel_id = $2", [tenant, channel])
        ).first?.decode("display_address")
    }

    /// In which language a person is told: the one that is wished, that of the number's country, English.
    static func language(
        of contact: ContactID, _ channel: ChosenChannel, _ keys: TenantKeys, wish: String?, _ tx: PostgresTransaction
    ) async throws -> String {
        if let wish, let known = WithdrawalText.language(wish) { return known }
        let rows = try await tx.query(DeliveryStore.recipient(keys.tenant, contact, plugin: channel.plugin))
        for row in rows where try row.decode("kind", as: String.self) == Identity.Kind.phone.rawValue {
            let person = try OpenContact(
                id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: row.decode("key_sealed"),
                keys: keys)
            let number = try person.open(address: row.decode("address_sealed"), of: row.decode("identity_id"))
            if let language = WithdrawalText.language(ofNumber: number) { return language }
        }
        return "en"
    }
}
