import Postgres
import Testing

@testable import Platform

/// A table or a column of a later migration cannot be forgotten.
@Suite struct MoveCatalogueTests {
    @Test func `every tenant table but the standing is copied, with every column`() async throws {
        try await Region.with { region in
            let shapes = try await TableShape.all(try region.shard.worker)
            let columns = try await region.rows(
                """
                SELECT c.table_name::text AS name, array_agg(c.column_name::text ORDER BY c.ordinal_position) AS columns
                FROM information_schema.columns c
                JOIN information_schema.tables b USING (table_schema, table_name)
                WHERE b.table_type = 'BASE TABLE' AND c.table_schema = 'public' AND c.table_name <> 'tenant_standing'
                  AND EXISTS (SELECT FROM information_schema.columns t
                              WHERE t.table_schema = 'public' AND t.table_name = c.table_name AND t.column_name = 'tenant_id')
                GROUP BY c.table_name
                """)
            let wanted = try Dictionary(
                uniqueKeysWithValues: columns.map {
                    (try $0.decode("name", as: String.self), try $0.decode("columns", as: [String].self))
                })
            #expect(Dictionary(uniqueKeysWithValues: shapes.map { ($0.name, $0.columns) }) == wanted)
            #expect(shapes.allSatisfy { $0.key.first == "tenant_id" })
            #expect(shapes.compactMap(\.identity) == ["job_id"])
            let order = shapes.map(\.name)
            for (child, parent) in [
                ("messages", "conversations"), ("identities", "contacts"), ("conversations", "channels"),
            ] {
                let places = try [parent, child].map { try #require(order.firstIndex(of: $0)) }
                #expect(places[0] < places[1])
            }
        }
    }

    @Test
    func `every tenant table is closed to both roles while its tenant moves, and open to the worker that moves it`()
        async throws
    {
        try await Region.with { region in
            let open = try await region.rows(
                """
                SELECT c.relname::text AS name
                FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'tenant_standing'
                  AND ((SELECT count(*) FROM pg_policies p
                        WHERE p.tablename = c.relname AND p.permissive = 'RESTRICTIVE' AND p.policyname LIKE '%_while_still'
                          AND coalesce(p.qual, '') || coalesce(p.with_check, '') LIKE '%moving_tenants(%') <> 6
                       OR NOT has_table_privilege('obhut_worker', c.oid, 'SELECT')
                       OR NOT has_table_privilege('obhut_worker', c.oid, 'INSERT'))
                """
            ).map { try $0.decode("name", as: String.self) }
            #expect(open == [], "call keep_to_tenant for each table that a migration adds")
        }
    }
}
