import Foundation
import Logging
import PluginKit
import Postgres
import Signing
import TestSupport
import Testing

@testable import Platform

@Suite struct TenantErasureTests {
    /// A tenant with something in every table that can have something, terminated.
    private func over(_ region: Region) async throws -> Company {
        let company = try await Company(in: region)
        try await company.listen()
        try await company.befriend(Person(1), [Person(1).phone])
        try await company.befriend(Person(2), [Person(2).user])
        try await company.send("Hallo", to: Person(1).byPhone, key: "key")
        try await Hand(in: region).work()
        try await company.receive(
            company.channel.status(.delivered, of: region.messenger.deliveries[0].providerID),
            company.channel.event(.account(field: "security"), key: "event \(company.id)"),
            // Two contacts that turn out to be one person: one points to the other from then on.
            company.channel.message("join \(company.id)", from: [Person(1).phone, Person(2).user]))
        region.messenger.answer { _ in .giveUp(.never) }
        try await company.send("lost", to: Person(1).byPhone)
        try await Hand(in: region).work()
        region.messenger.answer { .accepted($0) }
        try await company.send("waits", to: Person(1).byPhone)
        _ = try await region.installation.channels.health(company.id, company.channel.id)
        try await company.keepCode(from: company.setUp())
        try await company.fillQuarantine()
        try await company.fillImport()
        _ = try await region.installation.tenants.terminate(company.id, reason: "gekündigt", erasureDelay: 0, .system)
        try await company.receive(company.channel.message("late \(company.id)", from: [Person(1).phone]))
        return company
    }

    private func tables(_ database: PostgresClient) async throws -> [String] {
        try await database.query(
            PostgresQuery(
                "test.tables",
                """
                SELECT table_name::text AS name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
                WHERE table_schema = 'public' AND column_name = 'tenant_id' AND table_type = 'BASE TABLE' ORDER BY 1
                """)
        ).map { try $0.decode("name") }
    }

    private func rows(_ table: String, _ id: TenantID, _ database: PostgresClient) async throws -> Int {
        try await database.query(
            PostgresQuery("test.rows", "SELECT count(*) FROM \(table) WHERE tenant_id = $1", [id]))[0].decode(0)
    }

    @Test func `the key of an erased tenant is refused at once, though it was remembered a moment before`() async throws
    {
        try await Region.with { region in
            let (company, other) = (try await Company(in: region), try await Company(in: region))
            let apiKeys = region.installation.apiKeys
            func token(_ tenant: TenantID) async throws -> String {
                try await apiKeys.issue(tenant, NewAPIKey(label: "A", scopes: [.messagesRead]), .system).token.revealed
            }
            let (token, others) = (try await token(company.id), try await token(other.id))
            _ = try await region.installation.tenants.terminate(
                company.id, reason: "gekündigt", erasureDelay: 0, .system)
            #expect(try await apiKeys.authenticate(token: token).tenant == company.id)
            _ = try await region.installation.erasure.erase(company.id, .system)
            await expectError(.unauthenticated) { _ = try await apiKeys.authenticate(token: token) }
            #expect(try await apiKeys.authenticate(token: others).tenant == other.id)
        }
    }

    @Test func `of an erased tenant no row is left in any table of its shard, and its neighbour keeps all`()
        async throws
    {
        try await Region.with { region in
            let (other, company) = (try await over(region), try await over(region))
            let tables = try await tables(region.database)
            #expect(tables.count >= 15)
            var before: [String: Int] = [:]
            for table in tables {
                before[table] = try await rows(table, company.id, region.database)
                #expect(before[table] ?? 0 > 0, "\(table) must hold something")
            }
            let others = try await tables.asyncMap { try await rows($0, other.id, region.database) }
            #expect(try await region.number("SELECT count(*) FROM contacts WHERE merged_into IS NOT NULL") > 0)
            let keys: [String] = try await region.rows(
                "SELECT key_id::text AS id FROM tenant_keys WHERE tenant_id = $1 ORDER BY key_id", [company.id]
            ).map { try $0.decode("id") }

            let certificate = try await region.installation.erasure.erase(company.id, .system)
            for table in tables { #expect(try await rows(table, company.id, region.database) == 0, "\(table)") }
            #expect(try await tables.asyncMap { try await rows($0, other.id, region.database) } == others)

            let told = try JSON(parsing: Array(certificate.text.utf8))
            for table in tables { #expect(told["rows_destroyed"]?["region"]?[table]?.int == before[table], "\(table)") }
            #expect(told["keys_destroyed"]?.array?.compactMap(\.string) == keys && keys.count == 2)
            #expect(told["tenant_id"]?.string == company.id.description)
            let seal = try #require(certificate.seal)
            let signer = try #require(region.configuration.sealing).identity.certificate
            #expect(
                try CMSSeal.verify(seal, over: Array(certificate.text.utf8), trusting: [signer]).signer == signer)
            let entry = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.entry",
                    """
                    SELECT encode(hash, 'hex') AS hash, action FROM audit_entries
                    WHERE chain = $1 ORDER BY sequence DESC LIMIT 1
                    """, [company.id.description]))[0]
            #expect(try entry.decode("action") == "tenant.erased")
            #expect(try entry.decode("hash") == told["audit"]?["hash"]?.string)
        }
    }

    /// Something in every table of agreements, as concluding one here, being told of a change and instructing leave it.
    private func conclude(_ company: Company) async throws {
        _ = try await company.region.controlDatabase.query(
            PostgresQuery(
                "test.conclude",
                """
                WITH files AS (
                    INSERT INTO agreement_files (tenant_id, agreement_id, kind, sha256, content_sealed)
                    VALUES ($1, $2, 'pdf', sha256('x'), 'x')
                ), links AS (
                    INSERT INTO agreement_links (tenant_id, link_id, agreement_id, expires_at)
                    VALUES ($1, gen_random_uuid(), $2, now())
                ), notices AS (
                    INSERT INTO agreement_notices (tenant_id, notice_id, agreement_id, state, changes, digest, annexes_sealed,
                                                   new_flows, announced_at, objection_until)
                    VALUES ($1, gen_random_uuid(), $2, 'open', '[]', sha256('x'), 'x', '{}', now(), now())
                )
                INSERT INTO agreement_instructions (tenant_id, instruction_id, agreement_id, given_at, text_sealed)
                VALUES ($1, gen_random_uuid(), $2, now(), 'x')
                """, [company.id, company.agreement.id]))
        // It has been moved before.
        let member = try await company.region.colleague("moved-\(company.id)", [.operations])
        _ = try await company.region.controlDatabase.query(
            PostgresQuery(
                "test.moved",
                """
                WITH asked AS (
                    INSERT INTO approvals (approval_id, action, subject_kind, subject_id, payload, reason, state, asked_by, expires_at,
                                           ended_at)
                    VALUES (gen_random_uuid(), 'change_region', 'tenant', $1::uuid::text, '{}', 'r', 'withdrawn', $2, now(), now())
                    RETURNING approval_id
                )
                INSERT INTO tenant_moves (tenant_id, move_id, from_region, from_shard, to_region, to_shard, approval_id, state, ended_at)
                SELECT $1, gen_random_uuid(), region_id, 'old', region_id, shard_id, approval_id, 'cancelled', now()
                FROM tenants, asked WHERE tenant_id = $1
                """, [company.id, member.id]))
    }

    @Test func `in the control plane every table that goes by tenant is emptied, or kept with a reason`() async throws {
        try await Region.with { region in
            let company = try await over(region)
            try await conclude(company)
            let everybodys = AgreementTextFiles.sample()
            _ = try await region.installation.agreementTexts.add(everybodys, of: nil, .system)
            _ = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.own-text",
                    """
                    INSERT INTO agreement_texts (name, version, tenant_id, content_de, content_en)
                    VALUES ('own-of-the-erased', 1, $1, 'x', 'x')
                    """, [company.id]))
            _ = try await region.installation.erasure.erase(company.id, .system)
            let left = try await region.installation.agreementTexts.list(AgreementTextFilter(), PageRequest()).items
            #expect(left.map(\.tenant) == [nil], "what every tenant can be offered stays")
            let kept = Set(ErasureStore.kept.map(\.table))
            let tables = try await tables(region.controlDatabase)
            #expect(Set(ErasureStore.removed).union(kept).isSuperset(of: tables), "of \(tables)")
            for table in ErasureStore.removed {
                #expect(try await rows(table, company.id, region.controlDatabase) == 0, "\(table)")
            }
            for table in kept { #expect(try await rows(table, company.id, region.controlDatabase) > 0, "\(table)") }
            let details = try await region.installation.tenants.details(company.id)
            #expect(details.legalName != nil && details.address != nil)
            #expect(details.representative == nil && details.officer == nil && details.breachContact == nil)
            let tenant = try await region.installation.tenants.find(company.id)
            #expect(tenant.state == .erased && tenant.erasedAt != nil && tenant.name == "Praxis")
            // A start tells the region nothing of it.
            _ = try await region.installation.tenants.reconcile([company.tenant.shard], .quiet)
            #expect(try await rows("tenant_standing", company.id, region.database) == 0)
        }
    }

    /// Each as a process leaves it that dies in the middle.
    @Test(arguments: [
        "DELETE FROM tenant_keys WHERE tenant_id = $1", "DELETE FROM queue_jobs WHERE tenant_id = $1",
        "DELETE FROM message_statuses WHERE tenant_id = $1",
    ])
    func `an erasure that was interrupted goes on, and its certificate counts what was there`(lost: String) async throws
    {
        try await Region.with { region in
            let company = try await over(region)
            let whole = try await rows("queue_jobs", company.id, region.database)
            let statuses = try await rows("message_statuses", company.id, region.database)
            let shard = try region.shard
            // As far as an erasure came that died: counted, and a part of it gone.
            let tables = try await TenantTables(shard.worker).inOrder
            let counts = try await shard.worker.transactionBatch(
                settings: asTenant(company.id), tables.map { ErasureStore.count($0, company.id) })
            var found: [String: Int] = [:]
            for (table, row) in zip(tables, counts) { found[table.name] = try row[0].decode("rows") }
            _ = try await region.control.query(
                ErasureStore.begin(company.id, ErasureFindings(rows: found, keys: ["k"])))
            _ = try await region.rows(lost, [company.id])
            shard.keys.forget(company.id)

            let worker = ErasureWorker(
                erasure: region.installation.erasure, control: region.control, shards: [shard.id], logger: .quiet)
            await worker.look(shard.id)
            let certificate = try await region.installation.erasure.certificate(company.id)
            let told = try JSON(parsing: Array(certificate.text.utf8))["rows_destroyed"]?["region"]
            #expect(told?["queue_jobs"]?.int == whole && told?["message_statuses"]?.int == statuses)
            for table in tables { #expect(try await rows(table.name, company.id, region.database) == 0) }
            // Again and at once: the same certificate.
            async let one = region.installation.erasure.erase(company.id, .system)
            async let two = region.installation.erasure.erase(company.id, .system)
            #expect(try await [one, two] == [certificate, certificate])
        }
    }

    @Test func `a worker erases what is due and nothing else, and not while another does`() async throws {
        try await Region.with { region in
            let (due, later, living) = (
                try await over(region), try await Company(in: region), try await Company(in: region)
            )
            _ = try await region.installation.tenants.terminate(later.id, reason: "r", erasureDelay: 1, .system)
            let shard = try region.shard.id
            let worker = ErasureWorker(
                erasure: region.installation.erasure, control: region.control, shards: [shard], logger: .quiet)
            @Sendable func states() async throws -> [TenantState] {
                var states: [TenantState] = []
                for id in [due.id, later.id, living.id] {
                    states.append(try await region.installation.tenants.find(id).state)
                }
                return states
            }
            try await region.controlDatabase.holding(
                "SELECT pg_advisory_xact_lock(hashtextextended('obhut.erasure/' || $1, 0))", [shard.rawValue]
            ) { _ in
                await worker.look(shard)
                let found = try await states()
                #expect(found == [.terminated, .terminated, .active])
            }
            // The client does not wait for what it rolls back.
            try await eventually("the lock is free") {
                try await region.controlDatabase.query(
                    PostgresQuery(
                        "test.locks",
                        """
                        SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                        WHERE l.locktype = 'advisory' AND d.datname = current_database()
                        """)
                ).isEmpty
            }
            await worker.look(shard)
            let found = try await states()
            #expect(found == [.erased, .terminated, .active])
        }
    }

    @Test func `the worker's right to delete reaches no tenant but a terminated one`() async throws {
        try await Region.with { region in
            let (company, living) = (try await over(region), try await Company(in: region))
            try await living.befriend(Person(1))
            // Lanes, jobs, keys of requests and entry codes are removed by workers all the time.
            let tables = try await tables(region.database).filter {
                !["queue_lanes", "queue_jobs", "idempotency_keys", "entry_codes"].contains($0)
            }
            let worker = try region.shard.worker
            for table in tables {
                for (id, settings) in [
                    (living.id, asTenant(living.id)), (company.id, asTenant(living.id)), (company.id, []),
                ] {
                    let before = try await rows(table, id, region.database)
                    let gone = try await worker.transactionBatch(
                        settings: settings,
                        [PostgresQuery("test.delete", "DELETE FROM \(table) WHERE tenant_id = $1", [id])])[0]
                    #expect(gone.affectedRows == 0, "\(table)")
                    #expect(try await rows(table, id, region.database) == before, "\(table)")
                }
            }
        }
    }

    /// A table of a later migration cannot be forgotten.
    @Test func `every tenant table can be emptied by a worker, under a policy that asks for the end of the contract`()
        async throws
    {
        try await Region.with { region in
            let open = try await region.rows(
                """
                SELECT c.relname::text AS name FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                  AND (NOT has_table_privilege('obhut_worker', c.oid, 'DELETE')
                       OR c.relname NOT IN ('queue_lanes', 'queue_jobs', 'idempotency_keys', 'entry_codes', 'quarantined_messages',
                                            'destroyed_messages', 'dialogues', 'webhook_events', 'consent_imports',
                                            'consent_import_parts', 'consent_import_faults')
                          AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive AND p.polcmd = 'd'
                                          AND pg_get_expr(p.polqual, p.polrelid) LIKE '%terminated%'))
                """
            ).map { try $0.decode("name", as: String.self) }
            #expect(open == [])
            let apps = try await region.rows(
                "SELECT table_name::text AS name FROM information_schema.role_table_grants WHERE grantee = 'obhut_app' AND privilege_type = 'DELETE' ORDER BY 1"
            ).map { try $0.decode("name", as: String.self) }
            #expect(
                apps == [
                    "channels", "consent_import_faults", "consent_import_parts", "consents", "conversations",
                    "dialogues", "idempotency_keys", "webhook_endpoints",
                ])
        }
    }

    @Test func `tables are taken in an order in which nothing is pointed to, and a ring is told`() throws {
        let names = ["a", "b", "c", "d"]
        func reference(_ child: String, _ parent: String) -> TenantTables.Reference {
            .init(child: child, parent: parent, columns: ["x"])
        }
        let order = try TenantTables.sorted(
            names, [reference("b", "a"), reference("c", "b"), reference("c", "a"), reference("a", "a")])
        #expect(order.map(\.name) == ["c", "d", "b", "a"] && order.last?.links == ["x"])
        #expect(throws: PlatformError.self) {
            try TenantTables.sorted(["a", "b"], [reference("a", "b"), reference("b", "a")])
        }
    }
}

extension Sequence {
    func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
