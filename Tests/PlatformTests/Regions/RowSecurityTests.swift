import Foundation
import PluginKit
import Postgres
import TestSupport
import Testing

@testable import Platform

/// No tenant ever sees another's row: whatever the SQL says.
@Suite struct RowSecurityTests {
    /// What a role may see without a tenant, and why.
    private static let open: [String: Set<String>] = [
        // Workers claim lanes, count dead letters and look whose consents there are to keep; none says anything about a person.
        "obhut_worker": ["queue_lanes", "dead_letter_counts", "consent_chains"]
    ]

    /// A tenant with something in every table that can have something.
    private func filled(_ region: Region) async throws -> Company {
        let company = try await Company(in: region)
        try await company.listen()
        try await company.befriend(Person(1))
        try await company.send("Hallo", to: Person(1).byPhone, key: "key")
        try await Hand(in: region).work()
        try await company.receive(
            company.channel.status(.delivered, of: region.messenger.deliveries[0].providerID),
            company.channel.event(.account(field: "security"), key: "event \(company.id)"))
        region.messenger.answer { _ in .giveUp(.never) }
        try await company.send("lost", to: Person(1).byPhone)
        try await Hand(in: region).work()
        try await company.send("waits", to: Person(1).byPhone)
        _ = try await region.installation.channels.health(company.id, company.channel.id)
        let source = try await company.setUp()
        try await company.keepCode(from: source)
        try await company.fillQuarantine()
        try await company.fillImport()
        return company
    }

    private func tenantTables(_ region: Region) async throws -> [String] {
        try await region.rows(
            """
            SELECT table_name FROM information_schema.columns
            WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY table_name
            """
        ).map { try $0.decode("table_name") }
    }

    /// Nobody writes through a view; what is read through it is under the policies of its tables.
    private static func refusal(_ table: String) -> SQLState {
        table == "effective_consents" ? "55000" : .insufficientPrivilege
    }

    private func client(_ role: String, of database: PostgresClient, _ body: (PostgresClient) async throws -> Void)
        async throws
    {
        var configuration = database.configuration
        configuration.username = role
        try await TestDatabase.withClient(configuration, body: body)
    }

    @Test(arguments: ["obhut_app", "obhut_worker"])
    func `without a tenant every table reads empty and takes nothing`(role: String) async throws {
        try await Region.with { region in
            let company = try await filled(region)
            let tables = try await tenantTables(region)
            #expect(tables.count >= 14)
            try await client(role, of: region.database) { client in
                for table in tables {
                    #expect(
                        try await region.number("SELECT count(*) FROM \(table)") > 0, "\(table) must hold something")
                    let rows = try await client.query(
                        PostgresQuery("test.read", "SELECT count(*) AS count FROM \(table)"))
                    let isOpen = Self.open[role]?.contains(table) == true
                    #expect(try rows[0].decode("count", as: Int.self) == 0 || isOpen, "\(table)")
                    if isOpen { continue }
                    let error = await #expect(throws: PostgresError.self, "\(table)") {
                        try await client.query(
                            PostgresQuery("test.write", "INSERT INTO \(table) (tenant_id) VALUES ($1)", [company.id]))
                    }
                    #expect(error?.sqlState == Self.refusal(table), "\(table)")
                }
            }
        }
    }

    @Test(arguments: ["obhut_app", "obhut_worker"])
    func `as one tenant nothing of another's is seen, changed or added`(role: String) async throws {
        try await Region.with { region in
            let (company, other) = (try await filled(region), try await Company(in: region, channels: 0))
            try await client(role, of: region.database) { client in
                for table in try await tenantTables(region) where Self.open[role]?.contains(table) != true {
                    let found = try await client.transactionBatch(
                        settings: asTenant(other.id),
                        [
                            PostgresQuery(
                                "test.read", "SELECT count(*) AS count FROM \(table) WHERE tenant_id = $1", [company.id]
                            )
                        ])[0]
                    #expect(try found[0].decode("count", as: Int.self) == 0, "\(table)")
                    let error = await #expect(throws: PostgresError.self, "\(table)") {
                        try await client.transactionBatch(
                            settings: asTenant(other.id),
                            [PostgresQuery("test.write", "INSERT INTO \(table) (tenant_id) VALUES ($1)", [company.id])])
                    }
                    #expect(error?.sqlState == Self.refusal(table), "\(table)")
                    let changed = try? await client.transactionBatch(
                        settings: asTenant(other.id),
                        [PostgresQuery("test.change", "UPDATE \(table) SET tenant_id = $1", [other.id])])
                    let own = try await region.number("SELECT count(*) FROM \(table) WHERE tenant_id = $1", [other.id])
                    #expect((changed?[0].affectedRows ?? 0) <= own, "\(table)")
                }
            }
        }
    }

    @Test func `a tenant that was set is forgotten with its transaction`() async throws {
        try await Region.with { region in
            let company = try await filled(region)
            var configuration = region.database.configuration
            configuration.username = "obhut_app"
            configuration.pool.maximum = 1
            try await TestDatabase.withClient(configuration) { client in
                let count = PostgresQuery("test.count", "SELECT count(*) AS count FROM messages")
                let inside = try await client.transactionBatch(settings: asTenant(company.id), [count])[0]
                #expect(try inside[0].decode("count", as: Int.self) == 4)
                #expect(try await client.query(count)[0].decode("count", as: Int.self) == 0)
                _ = try? await client.transaction(settings: asTenant(company.id)) { tx in
                    _ = try await tx.query(count)
                    throw CancellationError()
                }
                #expect(try await client.query(count)[0].decode("count", as: Int.self) == 0)
            }
        }
    }

    private static let attempts = [
        "SET ROLE obhut_owner", "SET ROLE obhut_worker", "SET ROLE postgres", "SET SESSION AUTHORIZATION obhut_owner",
        "DROP POLICY own_tenant ON messages", "ALTER TABLE messages DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE messages NO FORCE ROW LEVEL SECURITY", "CREATE POLICY mine ON messages USING (true)",
        "ALTER POLICY own_tenant ON messages USING (true)", "ALTER ROLE obhut_app BYPASSRLS",
        "GRANT obhut_owner TO obhut_app", "CREATE TABLE copies AS SELECT * FROM messages",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "UPDATE consent_events SET kind = 'granted'",
        "DELETE FROM consent_events", "TRUNCATE messages", "DELETE FROM messages", "DELETE FROM tenant_keys",
        "COPY messages TO PROGRAM 'cat'", "SELECT pg_read_file('/etc/passwd')",
    ]

    @Test func `obhut_app cannot get round the policies`() async throws {
        try await Region.with { region in
            let company = try await filled(region)
            try await client("obhut_app", of: region.database) { client in
                for statement in Self.attempts {
                    let error = await #expect(throws: PostgresError.self, "\(statement)") {
                        try await client.transactionBatch(
                            settings: asTenant(company.id), [PostgresQuery("test.attempt", statement)])
                    }
                    #expect(error?.sqlState == .insufficientPrivilege, "\(statement)")
                }
            }
        }
    }

    @Test func `switching row security off makes reading fail, not see more`() async throws {
        try await Region.with { region in
            let company = try await filled(region)
            try await client("obhut_app", of: region.database) { client in
                await #expect(throws: PostgresError.self) {
                    try await client.transactionBatch(
                        settings: asTenant(company.id) + [("row_security", "off")],
                        [PostgresQuery("test.read", "SELECT count(*) FROM messages")])
                }
            }
        }
    }

    @Test func `the owner of the tables is held to the policies too`() async throws {
        try await Region.with { region in
            let company = try await filled(region)
            try await client("obhut_owner", of: region.database) { client in
                for table in try await tenantTables(region) {
                    let query = PostgresQuery("test.read", "SELECT count(*) AS count FROM \(table)")
                    for settings in [[], asTenant(company.id)] {
                        let rows = try await client.transactionBatch(settings: settings, [query])[0]
                        #expect(try rows[0].decode("count", as: Int.self) == 0, "\(table)")
                    }
                }
            }
        }
    }

    @Test func `in the control plane obhut_app reads its own tenant and agreements, and nothing else`() async throws {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region))
            try await client("obhut_app", of: region.controlDatabase) { client in
                for table in ["tenants", "agreements"] {
                    let query = PostgresQuery("test.read", "SELECT tenant_id FROM \(table)")
                    #expect(try await client.query(query).isEmpty)
                    let own = try await client.transactionBatch(settings: asTenant(other.id), [query])[0]
                    #expect(try own.map { try $0.decode("tenant_id", as: TenantID.self) } == [other.id])
                }
                for table in [
                    "api_keys", "admin_tokens", "channel_routes", "ingress_routes", "control_keys", "regions",
                ] {
                    let error = await #expect(throws: PostgresError.self, "\(table)") {
                        try await client.transactionBatch(
                            settings: asTenant(company.id), [PostgresQuery("test.read", "SELECT 1 FROM \(table)")])
                    }
                    #expect(error?.sqlState == Self.refusal(table), "\(table)")
                }
            }
        }
    }
}
