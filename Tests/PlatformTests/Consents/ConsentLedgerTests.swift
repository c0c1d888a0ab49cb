import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct ConsentLedgerTests {
    private func verify(_ region: Region, _ company: Company) async throws -> [String] {
        let result = try #require(try await region.installation.consentVerifier.verify(company.id).first)
        return result.findings.map { "\($0.kind.rawValue)\($0.sequence.map { " \($0)" } ?? "")" }
    }

    /// Five events about two people.
    private func company(in region: Region) async throws -> Company {
        let company = try await Company(in: region)
        for (number, purpose) in [(1, "service"), (1, "news"), (2, "service"), (2, "news")] {
            try await company.declare(by: Person(number).byPhone, for: purpose)
        }
        try await company.declare("withdrawn", by: Person(2).byPhone, for: "news")
        return company
    }

    @Test func `events of a tenant are one chain without gaps, also when many come at once`() async throws {
        try await Region.with { region in
            let companies = [try await Company(in: region), try await Company(in: region)]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<24 {
                    group.addTask { try await companies[number % 2].declare(by: Person(number % 5).byPhone) }
                }
                try await group.waitForAll()
            }
            for company in companies {
                #expect(try await verify(region, company) == [])
                let chain = try await region.rows(
                    "SELECT length FROM consent_chains WHERE tenant_id = $1", [company.id])
                #expect(try chain[0].decode("length", as: Int.self) == 12)
            }
        }
    }

    struct Deed: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var expected: [String]
        var sql: [String]
        var isNoted = false
    }

    /// What a superuser can do who sets the triggers aside. `$1` is the tenant.
    static let deeds = [
        Deed(testDescription: "nothing", expected: [], sql: []),
        Deed(testDescription: "nothing, and noted", expected: [], sql: [], isNoted: true),
        Deed(
            testDescription: "makes a withdrawal a consent", expected: ["event_altered 5"],
            sql: ["UPDATE consent_events SET kind = 'granted' WHERE tenant_id = $1 AND seq = 5"]),
        Deed(
            testDescription: "dates a consent back", expected: ["event_altered 2", "state_differs"],
            sql: [
                "UPDATE consent_events SET occurred_at = occurred_at - interval '1 year' WHERE tenant_id = $1 AND seq = 2"
            ]),
        Deed(
            testDescription: "changes evidence", expected: ["evidence_altered 3"],
            sql: [
                "UPDATE consent_events SET evidence_sealed = evidence_sealed || '\\x00' WHERE tenant_id = $1 AND seq = 3"
            ]),
        Deed(
            testDescription: "destroys evidence before its time", expected: ["evidence_destroyed_early 1"],
            sql: ["UPDATE consent_events SET evidence_sealed = NULL WHERE tenant_id = $1 AND seq = 1"]),
        Deed(
            testDescription: "takes an event out", expected: ["event_missing 2", "state_differs"],
            sql: ["DELETE FROM consent_events WHERE tenant_id = $1 AND seq = 2"]),
        Deed(
            testDescription: "takes an event out and closes the gap",
            expected: [
                "event_altered 2", "previous_hash_wrong 2", "event_altered 3", "event_altered 4", "tail_missing 5",
                "state_differs",
            ],
            sql: [
                "DELETE FROM consent_events WHERE tenant_id = $1 AND seq = 2",
                "UPDATE consent_events SET seq = seq - 1 WHERE tenant_id = $1 AND seq > 2",
            ]),
        Deed(
            testDescription: "cuts off the end", expected: ["tail_missing 5"],
            sql: ["DELETE FROM consent_events WHERE tenant_id = $1 AND seq = 5"]),
        Deed(
            testDescription: "cuts off the end and sets the head back", expected: ["noted_event_missing 5"],
            sql: [
                "DELETE FROM consent_events WHERE tenant_id = $1 AND seq = 5",
                """
                UPDATE consent_chains c SET length = 4, noted_length = 0, head = e.hash
                FROM consent_events e WHERE e.tenant_id = $1 AND c.tenant_id = $1 AND e.seq = 4
                """,
            ], isNoted: true),
        Deed(
            testDescription: "writes the end anew, hashes and head as they must be",
            expected: ["noted_event_differs 5"],
            sql: [
                "UPDATE consent_events SET kind = 'refused' WHERE tenant_id = $1 AND seq = 5",
                "UPDATE consent_events e SET hash = consent_event_hash(e) WHERE e.tenant_id = $1 AND e.seq = 5",
                """
                UPDATE consent_chains c SET head = e.hash
                FROM consent_events e WHERE e.tenant_id = $1 AND c.tenant_id = $1 AND e.seq = 5
                """,
            ], isNoted: true),
        Deed(
            testDescription: "puts one in at the end", expected: ["event_beyond_head 6"],
            sql: [
                """
                INSERT INTO consent_events
                SELECT (e).* FROM (
                    SELECT jsonb_populate_record(e, jsonb_build_object(
                        'consent_event_id', gen_random_uuid(), 'seq', 6, 'previous_hash', e.hash)) AS e
                    FROM consent_events e WHERE e.tenant_id = $1 AND e.seq = 5) made
                """,
                "UPDATE consent_events e SET hash = consent_event_hash(e) WHERE e.tenant_id = $1 AND e.seq = 6",
            ]),
        Deed(
            testDescription: "removes the head", expected: ["head_missing"],
            sql: ["DELETE FROM consent_chains WHERE tenant_id = $1"]),
        Deed(
            testDescription: "makes a consent where the gate looks", expected: ["state_differs"],
            sql: ["UPDATE consents SET state = 'granted' WHERE tenant_id = $1 AND state = 'withdrawn'"]),
        Deed(
            testDescription: "removes everything",
            expected: ["noted_event_missing 5", "state_differs", "state_differs", "state_differs"],
            sql: [
                "DELETE FROM consent_events WHERE tenant_id = $1", "DELETE FROM consent_chains WHERE tenant_id = $1",
            ], isNoted: true),
    ]

    @Test(arguments: deeds) func `what somebody alters shows`(deed: Deed) async throws {
        try await Region.with { region in
            let company = try await company(in: region)
            if deed.isNoted {
                #expect(try await note(in: region, before: .distantFuture) == 1)
                // Nothing new has come since.
                #expect(try await note(in: region, before: .distantFuture) == 0)
            }
            for sql in deed.sql {
                try await region.database.transaction { tx in
                    _ = try await tx.query(
                        PostgresQuery("test.replica", "SET LOCAL session_replication_role = replica"))
                    _ = try await tx.query(PostgresQuery("test.deed", sql, [company.id]))
                }
            }
            #expect(try await verify(region, company) == deed.expected)
            #expect(try await region.installation.auditVerifier.verify(nil, known: []).isWhole)
        }
    }

    private func note(in region: Region, before day: Date) async throws -> Int {
        await ConsentHeads(
            directory: region.installation.consentVerifier.directory, audit: region.installation.audit, logger: .quiet
        ).note(before: day)
    }

    @Test func `nobody changes an event, and destroys only what is due`() async throws {
        try await Region.with { region in
            let company = try await company(in: region)
            func refused(_ state: SQLState, _ client: PostgresClient, _ sql: String) async {
                await #expect(
                    performing: {
                        try await client.transaction(settings: asTenant(company.id), retries: 0) { tx in
                            _ = try await tx.query(PostgresQuery("test.change", sql))
                        }
                    }, throws: { ($0 as? PostgresError)?.sqlState == state })
            }
            let shard = try region.shard
            for client in [shard.app, shard.worker, region.database] {
                await refused(.insufficientPrivilege, client, "UPDATE consent_events SET kind = 'granted'")
                await refused(.insufficientPrivilege, client, "UPDATE consent_events SET evidence_sealed = NULL")
            }
            await refused(.insufficientPrivilege, shard.app, "UPDATE consent_chains SET length = 0, noted_length = 0")
            await refused(
                .insufficientPrivilege, shard.worker, "UPDATE consent_chains SET head = decode(repeat('00', 32), 'hex')"
            )
            await refused(.insufficientPrivilege, shard.app, "DELETE FROM consent_events")
            await refused(
                .insufficientPrivilege, shard.app,
                """
                INSERT INTO consent_events (tenant_id, consent_event_id, contact_id, channel_id, purpose, kind, source,
                                            evidence_sealed, occurred_at, seq)
                SELECT tenant_id, gen_random_uuid(), contact_id, channel_id, purpose, kind, source, evidence_sealed, occurred_at, 9
                FROM consent_events LIMIT 1
                """)
            #expect(try await verify(region, company) == [])
        }
    }

    // MARK: - Time

    @Test func `a consent that ended is told so without anybody writing it, and once by the housekeeper`() async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let contact = try await company.declare(by: Person(1).byPhone).contact
            try await letEnd("service", of: contact, in: region)
            let shown = try await region.installation.consents.list(company.caller, contact)
            #expect(shown.map(\.standing.state) == [.expired])
            await expectRefusal(.consentExpired) {
                try await company.receive(company.channel.message("m", from: [Person(1).phone]))
                try await company.send("Hallo", to: Person(1).byPhone)
            }
            let keeper = ConsentKeeper(shard: try region.shard)
            try await keeper.keep()
            try await keeper.keep()
            let kinds = try await region.rows("SELECT kind FROM consent_events ORDER BY seq").map {
                try $0.decode("kind", as: String.self)
            }
            #expect(kinds == ["granted", "expired"])
            #expect(try await region.number("SELECT count(*) FROM consents WHERE state = 'expired'") == 1)
            #expect(try await verify(region, company) == [])
        }
    }

    /// As if it had been given with an end that has come.
    private func letEnd(_ purpose: String, of contact: ContactID, in region: Region) async throws {
        try await region.database.transaction { tx in
            for sql in [
                "SET LOCAL session_replication_role = replica",
                "UPDATE consent_events SET occurred_at = now() - interval '2 hours', recorded_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'",
                "UPDATE consent_events e SET hash = consent_event_hash(e)",
                "UPDATE consent_chains c SET head = e.hash FROM consent_events e WHERE e.seq = c.length AND e.tenant_id = c.tenant_id",
                "UPDATE consents SET since = e.occurred_at, expires_at = e.expires_at FROM consent_events e WHERE e.purpose = consents.purpose",
            ] { _ = try await tx.query(PostgresQuery("test.end", sql)) }
        }
    }

    @Test func `evidence outlives the withdrawal, and goes when its time, and that of the last use, are over`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.befriend(Person(1))
            try await company.send("Hallo", to: Person(1).byPhone)
            try await Hand(in: region).work()
            let keeper = ConsentKeeper(shard: try region.shard)
            let kept = "SELECT count(*) FROM consent_events WHERE evidence_sealed IS NOT NULL"
            try await age(region, years: 6, messages: 0)
            try await keeper.keep()
            #expect(try await region.number(kept) == 1, "the consent is in force")
            try await company.declare("withdrawn", by: Person(1).byPhone)
            try await keeper.keep()
            #expect(try await region.number(kept) == 2, "the withdrawal is new")
            try await age(region, years: 6, messages: 0)
            try await keeper.keep()
            #expect(try await region.number(kept) == 2, "a message was sent not long ago")
            try await age(region, years: 0, messages: 6)
            try await keeper.keep()
            #expect(try await region.number(kept) == 0)
            #expect(try await region.number("SELECT count(*) FROM consent_events") == 2)
            #expect(try await verify(region, company) == [])
        }
    }

    @Test func `evidence is kept for as long as that of the same person's later events, under whatever contact`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.declare(by: Person(1).byPhone)
            try await company.declare(by: Person(1).byUser, for: "news")
            try await age(region, years: 6, messages: 0)
            try await company.declare("withdrawn", by: Person(1).byUser)
            try await company.receive(company.channel.message("join", from: [Person(1).phone, Person(1).user]))
            try await company.declare("withdrawn", by: Person(1).byPhone, for: "news")
            let keeper = ConsentKeeper(shard: try region.shard)
            try await keeper.keep()
            #expect(
                try await region.number("SELECT count(*) FROM consent_events WHERE evidence_sealed IS NOT NULL") == 4)
            try await age(region, years: 6, messages: 0)
            try await keeper.keep()
            #expect(
                try await region.number("SELECT count(*) FROM consent_events WHERE evidence_sealed IS NOT NULL") == 0)
        }
    }

    @Test func `an end that was stated keeps nothing beyond the years after it was recorded`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            var body = Company.consent().object ?? JSONObject()
            body["expires_at"] = .string(Date(timeIntervalSinceNow: 9 * 365 * 86_400).rfc3339)
            _ = try await region.installation.consents.declare(
                company.caller, source: "declared", person: Person(1).byPhone, channel: company.channel.id,
                body: .object(body))
            try await company.declare("withdrawn", by: Person(1).byPhone)
            try await age(region, years: 6, messages: 0)
            try await ConsentKeeper(shard: try region.shard).keep()
            #expect(
                try await region.number("SELECT count(*) FROM consent_events WHERE evidence_sealed IS NOT NULL") == 0)
        }
    }

    @Test func `what merged contacts had agreed to ends once`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            let first = try await company.declare(by: Person(1).byPhone).contact
            try await company.declare(by: Person(1).byUser, for: "news")
            try await company.receive(company.channel.message("join", from: [Person(1).phone, Person(1).user]))
            #expect(
                try await region.number(
                    "SELECT count(*) FROM consents c JOIN contacts n USING (contact_id) WHERE n.merged_into IS NOT NULL"
                )
                    == 0)
            try await letEnd("service", of: first, in: region)
            // One that a merge before left behind.
            _ = try await region.database.query(
                PostgresQuery(
                    "test.leave",
                    """
                    INSERT INTO consents (tenant_id, contact_id, channel_id, purpose, state, since, expires_at, proof)
                    SELECT n.tenant_id, n.contact_id, c.channel_id, 'service', 'granted', c.since, c.expires_at, c.proof
                    FROM contacts n, consents c
                    WHERE n.merged_into IS NOT NULL AND c.purpose = 'service'
                    """))
            let keepers = [ConsentKeeper(shard: try region.shard), ConsentKeeper(shard: try region.shard)]
            for _ in 0..<3 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for keeper in keepers { group.addTask { try await keeper.keep() } }
                    try await group.waitForAll()
                }
            }
            let ended = try await region.rows(
                "SELECT purpose FROM consent_events WHERE kind = 'expired' ORDER BY purpose"
            ).map { try $0.decode("purpose", as: String.self) }
            #expect(ended == ["news", "service"])
        }
    }

    @Test func `evidence is kept for as long as the tenant's terms say`() async throws {
        try await Region.with { region in
            let company = try await Company(in: region)
            try await company.declare(by: Person(1).byPhone)
            var profile = ConsentProfile.sample
            profile.rules.evidenceYears = 11
            _ = try await company.terms.set(profile, of: company.id, .any, .system)
            try await company.declare(by: Person(2).byPhone)
            let years = try await region.rows(
                "SELECT extract(year FROM age(evidence_until, recorded_at))::bigint AS years FROM consent_events ORDER BY seq"
            ).map { try $0.decode("years", as: Int.self) }
            #expect(years == [5, 11])
        }
    }

    /// Lets years pass for what is stored, its chain made again.
    private func age(_ region: Region, years: Int, messages: Int) async throws {
        try await region.database.transaction { tx in
            for sql in [
                "SET LOCAL session_replication_role = replica",
                """
                UPDATE consent_events SET occurred_at = occurred_at - interval '\(years) years',
                    recorded_at = recorded_at - interval '\(years) years', evidence_until = evidence_until - interval '\(years) years'
                """,
                "UPDATE consents SET since = since - interval '\(years) years'",
                "UPDATE messages SET occurred_at = occurred_at - interval '\(messages) years'",
                """
                DO $$
                DECLARE
                    event consent_events;
                    last bytea := decode(repeat('00', 32), 'hex');
                BEGIN
                    FOR event IN SELECT * FROM consent_events ORDER BY seq LOOP
                        event.previous_hash := last;
                        last := consent_event_hash(event);
                        UPDATE consent_events SET previous_hash = event.previous_hash, hash = last
                        WHERE consent_event_id = event.consent_event_id;
                    END LOOP;
                    UPDATE consent_chains SET head = last;
                END
                $$
                """,
            ] { _ = try await tx.query(PostgresQuery("test.age", sql)) }
        }
    }

    @Test func `a withdrawal of everything ends what is learnt of later too, and not what the person agrees to anew`()
        async throws
    {
        try await Region.with { region in
            let company = try await Company(in: region)
            let person = Person(1)
            let before = Date(timeIntervalSinceNow: -7200)
            let contact = try await company.declare(by: person.byPhone, at: before).contact
            try await company.declare(by: person.byPhone, for: "news", at: before)
            try await company.declare(
                "withdrawn", by: person.byPhone, for: "all", at: Date(timeIntervalSinceNow: -3600))
            // A list from before the withdrawal.
            let late = try await company.declare(by: person.byPhone, for: "marketing", at: before)
            #expect(late.standing.state == .withdrawn)
            let anew = try await company.declare(by: person.byPhone, for: "news")
            #expect(anew.standing.state == .granted)
            let states = try await region.installation.consents.list(company.caller, contact)
            #expect(
                states.map { "\($0.purpose) \($0.standing.state)" }.sorted()
                    == ["all withdrawn", "marketing withdrawn", "news granted", "service withdrawn"])
            await expectError(.invalid, field: "purpose") { try await company.declare(by: person.byPhone, for: "all") }
            await expectError(.invalid, field: "purpose") {
                try await company.declare(by: person.byPhone, for: "consent_dialogue")
            }
            await expectError(.invalid, field: "purpose") {
                try await company.send("Hallo", to: person.byPhone, for: "consent_dialogue")
            }
        }
    }
}
