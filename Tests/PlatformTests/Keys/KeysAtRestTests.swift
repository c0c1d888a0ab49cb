import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// What is sealed opens in its own row alone, and nothing stands beside it in the clear.
@Suite struct KeysAtRestTests {
    private struct Swap: Sendable {
        var table: String
        var column: String
        var key: String
        /// Between rows of the same tenant, or of two tenants.
        var acrossTenants = false
        var read: @Sendable (Installation, Company) async throws -> Void
    }

    private static let swaps: [Swap] = [
        Swap(table: "messages", column: "content_sealed", key: "message_id", read: readMessages),
        Swap(table: "messages", column: "provider_id_sealed", key: "message_id", read: readMessages),
        Swap(table: "messages", column: "content_sealed", key: "message_id", acrossTenants: true, read: readMessages),
        Swap(table: "contacts", column: "name_sealed", key: "contact_id", read: readContacts),
        Swap(table: "contacts", column: "key_sealed", key: "contact_id", read: readContacts),
        Swap(table: "contacts", column: "key_sealed", key: "contact_id", acrossTenants: true, read: readContacts),
        Swap(table: "identities", column: "address_sealed", key: "identity_id", read: readContacts),
        Swap(table: "channel_events", column: "raw_sealed", key: "event_id", read: readEvents),
        Swap(table: "channel_events", column: "raw_sealed", key: "event_id", acrossTenants: true, read: readEvents),
        Swap(table: "channels", column: "configuration_sealed", key: "channel_id", read: readChannels),
        Swap(table: "tenant_keys", column: "wrapped", key: "key_id", read: readMessages),
        Swap(table: "tenant_keys", column: "wrapped", key: "key_id", acrossTenants: true, read: readMessages),
    ]

    private static let readMessages: @Sendable (Installation, Company) async throws -> Void = {
        _ = try await $0.reading.messages($1.caller, in: nil, direction: nil, state: nil, PageRequest())
    }
    private static let readContacts: @Sendable (Installation, Company) async throws -> Void = {
        _ = try await $0.reading.contacts($1.caller, PageRequest())
    }
    private static let readEvents: @Sendable (Installation, Company) async throws -> Void = {
        _ = try await $0.reading.events($1.caller, PageRequest())
    }
    private static let readChannels: @Sendable (Installation, Company) async throws -> Void = {
        _ = try await $0.channels.health($1.id, $1.channel.id)
    }

    private func filled(_ region: Region) async throws -> Company {
        let company = try await Company(in: region, channels: 2)
        for number in 1...2 {
            let person = Person(number)
            try await company.agree(person.phone)
            try await company.receive(
                company.channel.message("m\(number)", from: [person.phone], "Geheim \(number)", name: "Ada \(number)"),
                company.channel.event(.account(field: "security"), key: "e\(number)", raw: ["geheim": "Geheim"]))
        }
        return company
    }

    @Test(arguments: 0..<swaps.count)
    func `a ciphertext that was moved is refused where it is read`(row: Int) async throws {
        let swap = Self.swaps[row]
        try await Region.with { region in
            let (company, other) = (try await filled(region), try await filled(region))
            let partner = swap.acrossTenants ? other : company
            let query = "SELECT \(swap.key) AS id FROM \(swap.table) WHERE tenant_id = $1 ORDER BY 1"
            let own = try await region.rows(query, [company.id])[0].decode("id", as: UUID.self)
            let rows = try await region.rows(query, [partner.id])
            let theirs = try rows[rows.count - 1].decode("id", as: UUID.self)
            try await region.anotherProcess { try await swap.read($0, company) }
            _ = try await region.rows(
                """
                UPDATE \(swap.table) t SET \(swap.column) = o.\(swap.column)
                FROM \(swap.table) o
                WHERE (t.\(swap.key), o.\(swap.key)) IN (($1, $2), ($2, $1))
                """, [own, theirs])
            // A process that has nothing in memory.
            try await region.anotherProcess { installation in
                await #expect("\(swap.table).\(swap.column)") {
                    try await swap.read(installation, company)
                } throws: { error in
                    error is SealError || error as? KeyStoreError == .refused
                }
            }
        }
    }

    @Test func `nothing a person wrote, and no address, name or credential, stands in the clear`() async throws {
        try await Region.with { region in
            let company = try await filled(region)
            try await company.receive(company.channel.message("m3", from: Person(7).all, "Geheim 3", name: "Ada 3"))
            try await company.declare(by: Person(1).byPhone)
            try await company.send("Geheim 4", to: Person(1).byPhone, key: "key-in-the-clear", on: company.channel)
            try await Hand(in: region).work()
            let secrets =
                Person(7).all.map(\.address.revealed) + [
                    Person(1).phone.address.revealed, "Geheim", "Ada", "token-", "ingress-secret", "Ja, gerne",
                    "scripted.",
                    "key-in-the-clear",
                ]
            for database in [region.database, region.controlDatabase] {
                let tables = try await database.query(
                    PostgresQuery(
                        "test.tables",
                        "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
                    ))
                for table in try tables.map({ try $0.decode("name", as: String.self) }) {
                    let rows = try await database.transactionBatch(
                        // Bytes that are text would show as such.
                        settings: [("bytea_output", "escape")],
                        [PostgresQuery("test.read", "SELECT t::text AS row FROM \(table) t")])[0]
                    for row in rows {
                        let text = try row.decode("row", as: String.self)
                        for secret in secrets { #expect(!text.contains(secret), "\(table) shows \(secret)") }
                    }
                }
            }
        }
    }

    @Test func `the same address has another blind index at another tenant and of another kind`() async throws {
        try await Region.with { region in
            let (company, other) = (try await filled(region), try await filled(region))
            let indexes = try await region.rows(
                "SELECT count(DISTINCT blind_index) AS indexes, count(*) AS rows FROM identities")
            let (different, all) = (
                try indexes[0].decode("indexes", as: Int.self), try indexes[0].decode("rows", as: Int.self)
            )
            #expect(different == all && all == 4)
            #expect(try await company.keys.data.id != other.keys.data.id)
        }
    }
}
