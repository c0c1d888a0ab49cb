import Postgres
import Synchronization
import TestSupport
import Testing

/// Reads PostgreSQL's catalogue after the migrations: a table that lacks what isolation rests on fails here.
@Suite struct CatalogueTests {
    /// Keys that do not begin with the tenant, each with the reason why it may not.
    private static let keysAcrossTenants = [
        "channel_routes_pkey": "a number belongs to one tenant in the whole installation",
        "ingress_routes_pkey":
            "a webhook's URL leads to the ingress before a tenant is known, and one may be the provider's own",
        "agreement_texts_pkey": "a name is one wording in the whole installation, and most are for every tenant",
        "api_keys_token_hash_key": "a token alone must lead to its tenant",
        "consent_source_routes_pkey": "a set-up's public address alone must lead to its tenant",
        "tenant_moves_approval_key": "an approval is carried out once, whosever it is",
    ]

    /// Policies that do not go by the tenant, each with the reason.
    private static let policiesAcrossTenants = [
        "queue_lanes claims_across_tenants":
            "a worker looks for work whosever it is; a lane says nothing about a person",
        "dead_letter_counts reads_across_tenants":
            "whoever watches counts dead letters, whosever they are; a count says nothing about a person",
        "consent_chains reads_across_tenants":
            "a worker looks whose consents there are to keep; a chain says nothing about a person",
        "idempotency_keys expired":
            "a worker removes what is too old to count, whosever it is; a key says nothing about a person",
        "entry_codes expired":
            "a worker removes codes that ended, whosever they are; without the tenant's key none of them says anything",
        "quarantined_messages expired":
            "a worker looks for what is past its time, whosever it is; it opens with its tenant's key alone",
        "dialogues due": "a worker looks for people who were silent long enough, and acts as their tenant",
        "destroyed_messages forgotten":
            "a worker removes what no messenger repeats any more; an index says nothing about a person",
        "destroyed_messages outdated": "the same",
        "consent_imports over":
            "a worker removes imports that are long over, whosever they are; one says nothing about a person",
        "consent_source_routes control_plane": "the control plane is about all tenants",
        "tenant_standing moving_across_tenants":
            "a worker must know whom to leave alone; that a tenant is being moved says nothing about a person",
        "tenant_moves control_plane": "the control plane is about all tenants",
        "tenants control_plane": "the control plane is about all tenants", "agreements control_plane": "the same",
        "ingress_routes control_plane": "the same", "channel_routes control_plane": "the same",
        "api_keys control_plane": "the same", "agreement_files control_plane": "the same",
        "agreement_links control_plane": "the same", "agreement_notices control_plane": "the same",
        "agreement_instructions control_plane": "the same", "tenant_details control_plane": "the same",
        "tenant_erasures control_plane": "the same", "discarded_events control_plane": "the same",
        "agreement_texts control_plane": "the same",
    ]

    private static let kinds = ["region", "control"]

    private func names(_ kind: String, _ sql: String) async throws -> [String] {
        let found = Mutex<[String]>([])
        try await Databases.lend { databases in
            try await TestDatabase.withClient(kind == "region" ? databases.region : databases.control) { client in
                let rows = try await client.query(PostgresQuery("test.catalogue", sql))
                let names = try rows.map { try $0.decode("name", as: String.self) }
                found.withLock { $0 = names }
            }
        }
        return found.withLock { $0 }
    }

    private static let tenantTables = """
        SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
        """

    @Test(arguments: zip(kinds, [14, 5]))
    func `there are tenant tables to look at`(kind: String, count: Int) async throws {
        #expect(try await names(kind, "SELECT relname::text AS name FROM (\(Self.tenantTables)) t").count >= count)
    }

    @Test(arguments: kinds)
    func `every table with a tenant has row-level security, forced, and a policy that goes by the tenant`(kind: String)
        async throws
    {
        let bare = try await names(
            kind,
            """
            SELECT relname::text AS name FROM (\(Self.tenantTables)) t
            WHERE NOT relrowsecurity OR NOT relforcerowsecurity OR NOT EXISTS (
                SELECT FROM pg_policy p
                WHERE p.polrelid = t.oid AND pg_get_expr(p.polqual, p.polrelid) LIKE '%tenant_id%app.tenant_id%')
            """)
        #expect(bare == [])
    }

    @Test(arguments: kinds)
    func `a policy that does not go by the tenant is one of those with a reason`(kind: String) async throws {
        let found = try await names(
            kind,
            """
            SELECT tablename || ' ' || policyname AS name FROM pg_policies
            WHERE permissive = 'PERMISSIVE' -- a restrictive one only takes away
              AND (coalesce(qual, '') NOT LIKE '%app.tenant_id%'
                   OR (with_check IS NOT NULL AND with_check NOT LIKE '%app.tenant_id%'))
            """)
        #expect(found.filter { Self.policiesAcrossTenants[$0] == nil } == [])
    }

    @Test(arguments: kinds)
    func `every primary key and unique index of such a table begins with the tenant, or has a reason`(kind: String)
        async throws
    {
        let found = try await names(
            kind,
            """
            SELECT i.indexrelid::regclass::text AS name
            FROM pg_index i JOIN (\(Self.tenantTables)) t ON t.oid = i.indrelid
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indisunique AND a.attname <> 'tenant_id'
            """)
        #expect(found.filter { Self.keysAcrossTenants[$0] == nil } == [])
        let keyless = try await names(
            kind,
            """
            SELECT relname::text AS name FROM (\(Self.tenantTables)) t
            WHERE NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary)
            """)
        #expect(keyless == [])
    }

    @Test(arguments: kinds)
    func `every foreign key between such tables carries the tenant`(kind: String) async throws {
        let loose = try await names(
            kind,
            """
            SELECT k.conname::text AS name
            FROM pg_constraint k
            JOIN (\(Self.tenantTables)) t ON t.oid = k.conrelid
            JOIN (\(Self.tenantTables)) u ON u.oid = k.confrelid
            WHERE k.contype = 'f' AND NOT EXISTS (
                SELECT FROM unnest(k.conkey, k.confkey) AS pair (own, theirs)
                JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own AND a.attname = 'tenant_id'
                JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.theirs AND b.attname = 'tenant_id')
            """)
        // An ingress may be the provider's own and serve channels of several tenants, so a route names it without the tenant.
        // A number's former tenant is another than its tenant.
        let reasoned: Set = ["channel_routes_ingress_fkey", "channel_routes_former_tenant_fkey"]
        #expect(loose.filter { !reasoned.contains($0) } == [])
    }

    @Test(arguments: kinds)
    func `every table says what it holds, and every check what it wants`(kind: String) async throws {
        let silent = try await names(
            kind,
            """
            SELECT c.relname::text AS name FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> 'schema_migrations'
              AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''
            """)
        #expect(silent == [])
        let nameless = try await names(
            kind,
            """
            SELECT conname::text AS name FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND contype = 'c' AND conname ~ '_check[0-9]*$'
            """)
        #expect(nameless == [])
    }

    @Test func `no role of the server is superuser, gets round row-level security, or is a member of another`()
        async throws
    {
        let mighty = try await names(
            "region",
            """
            SELECT rolname::text AS name FROM pg_roles
            WHERE rolname LIKE 'obhut\\_%' AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)
            UNION ALL
            SELECT m.rolname::text FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member WHERE m.rolname LIKE 'obhut\\_%'
            """)
        #expect(mighty == [])
        let roles = try await names(
            "region", "SELECT rolname::text AS name FROM pg_roles WHERE rolname LIKE 'obhut\\_%' ORDER BY 1")
        #expect(roles == ["obhut_app", "obhut_audit", "obhut_control", "obhut_owner", "obhut_worker"])
    }

    @Test(arguments: kinds)
    func `no view or function runs as its owner`(kind: String) async throws {
        let found = try await names(
            kind,
            """
            SELECT relname::text AS name FROM pg_class c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
              AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
            UNION ALL
            SELECT proname::text FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND prosecdef AND NOT coalesce(proconfig::text LIKE '%search_path%', false)
            """)
        #expect(found == [])
    }
}
