import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite("Errors")
struct ErrorTests {
    private static let secret = "Rumpelstilzchen"

    /// SQL that fails on a value, with the value as a parameter; `$1` is the secret as text.
    private static let failures: [(sql: String, state: SQLState)] = [
        ("INSERT INTO person (id, name) VALUES (1, $1)", .uniqueViolation),
        ("INSERT INTO person (id, name) VALUES (2, $1)", .uniqueViolation),
        ("INSERT INTO person (id, name, age) VALUES (2, $1 || 'x', -1)", .checkViolation),
        ("INSERT INTO person (id, name) VALUES (NULL, $1)", .notNullViolation),
        ("INSERT INTO friend (person, name) VALUES (99, $1)", .foreignKeyViolation),
        ("SELECT $1::text::int8", .invalidTextRepresentation),
        ("SELECT $1::text::uuid", .invalidTextRepresentation),
        ("SELECT $1::text::jsonb", .invalidTextRepresentation),
        ("SELECT ('{\"a\": ' || $1 || '}')::jsonb", .invalidTextRepresentation),
        ("SELECT $1::text::timestamptz", "22007"),
        ("SELECT $1::text::mood", .invalidTextRepresentation),
        ("INSERT INTO short VALUES ($1)", "22001"),
        ("SELECT to_date($1, 'YYYY-MM-DD')", "22007"),
        ("SELECT (repeat('9', 40) || length($1)::text)::int8", "22003"),
        ("SELECT regexp_match($1, '(' || $1)", "2201B"),
        ("SELECT refuse($1)", .raisedException),
        ("SELECT refuse_as_check($1)", .checkViolation),
        ("SELECT to_tsquery($1 || ' &')", .syntaxError),
        ("SELECT repeat($1, 200)::tsquery", "54000"),
        ("SELECT $1::text::jsonpath", .syntaxError),
        ("SELECT $1::text::regclass", .undefinedTable),
        ("SELECT ($1 || '(')::regprocedure", .invalidTextRepresentation),
        ("SELECT $1::text::regproc", "42883"),
        ("SELECT $1::text::regtype", "42704"),
        ("SELECT $1::text::regrole", "42704"),
        ("SELECT $1::text::regconfig", "42704"),
        ("SELECT $1::text::regnamespace", "3F000"),
        ("SELECT nextval($1)", .undefinedTable),
        ("SELECT current_setting($1)", "42704"),
        ("SELECT set_config('role', $1, true)", "22023"),
        ("SELECT pg_get_serial_sequence('person', $1)", "42703"),
        ("SELECT has_database_privilege($1, 'connect')", .invalidCatalogName),
        ("SELECT run('SELECT ' || $1)", "42703"),
        ("SELECT run('SELECT p.' || $1 || ' FROM person p')", "42703"),
        ("SELECT run('SELECT ' || $1 || '(1)')", "42883"),
        ("SELECT run('DROP TABLE ' || $1)", .undefinedTable),
        ("SELECT run('DROP FUNCTION ' || $1 || '(int)')", "42883"),
        ("SELECT encode(decode($1, 'hex'), 'hex')", "22023"),
        ("INSERT INTO booking (name, during) VALUES ($1, '[1,3)')", .exclusionViolation),
        ("SELECT nonsense($1)", "42883"),
        ("SELEC $1", .syntaxError),
        ("SELECT * FROM nowhere WHERE name = $1", .undefinedTable),
    ]

    @Test("no error repeats a value, whatever the server says")
    func noValues() async throws {
        try await TestDatabase.withClient { client in
            try await client.transaction { tx in
                try await tx.script(
                    PostgresQuery(
                        "test.schema",
                        """
                        CREATE EXTENSION btree_gist;
                        CREATE TYPE mood AS ENUM ('sad');
                        CREATE TABLE person (
                            id int8 PRIMARY KEY, name text CONSTRAINT person_name_unique UNIQUE,
                            age int8 CONSTRAINT age_is_positive CHECK (age > 0));
                        CREATE TABLE friend (
                            person int8 CONSTRAINT friend_is_a_person REFERENCES person, name text);
                        CREATE TABLE short (word varchar(3));
                        CREATE TABLE booking (
                            name text, during int4range, CONSTRAINT booking_once EXCLUDE USING gist (name WITH =, during WITH &&));
                        CREATE FUNCTION refuse_as_check(value text) RETURNS void LANGUAGE plpgsql AS
                            $$ BEGIN RAISE EXCEPTION 'I refuse %', value
                            USING ERRCODE = 'check_violation', DETAIL = 'Key (' || value || ')=(1) exists'; END $$;
                        CREATE FUNCTION run(sql text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE sql; END $$;
                        CREATE FUNCTION refuse(value text) RETURNS void LANGUAGE plpgsql AS
                            $$ BEGIN RAISE EXCEPTION 'I refuse %', value USING HINT = value, DETAIL = value; END $$;
                        INSERT INTO person VALUES (1, '\(Self.secret)');
                        INSERT INTO booking VALUES ('\(Self.secret)', '[2,4)');
                        """))
            }
            for (sql, state) in Self.failures {
                let error = await #expect(throws: PostgresError.self) {
                    try await client.query(PostgresQuery("test.fails", sql, [Self.secret]))
                }
                #expect(error?.code == .server(state), "\(sql)")
                #expect(error?.queryName == "test.fails")
                var everything = ""
                if let error { dump(error, to: &everything) }
                everything += error.map { "\($0) \($0.localizedDescription) \(String(reflecting: $0))" } ?? ""
                #expect(!everything.localizedCaseInsensitiveContains(Self.secret), "\(sql): \(everything)")
                #expect(!everything.contains("99999"), "\(sql)")
            }
        }
    }

    @Test("what the SQL itself names is told, so that it can be mended")
    func names() async throws {
        try await TestDatabase.withClient { client in
            let cases = [
                ("SELECT * FROM nowhere", "relation \"nowhere\" does not exist"),
                ("SELEC 1", "syntax error at or near \"SELEC\""),
                ("SELECT none FROM pg_class", "column \"none\" does not exist"),
                ("SELECT nonsense(1)", "function nonsense(integer) does not exist"),
            ]
            for (sql, message) in cases {
                let error = await failure { _ = try await client.query(PostgresQuery("test.fails", sql)) }
                #expect(error?.message == message)
                #expect(error?.position != nil)
            }
            for (sql, message) in [
                ("SELECT 1; DROP TABLE nowhere", "table \"nowhere\" does not exist"),
                ("SELECT convert_from('\\x5275', 'utf8')::regclass", "relation \"…\" does not exist"),
            ] {
                let error = await failure {
                    try await client.transaction { try await $0.script(PostgresQuery("test.script", sql)) }
                }
                #expect(error?.message == message)
            }
        }
    }

    @Test("an integrity error carries its constraint, table, and the key's columns")
    func integrity() async throws {
        try await TestDatabase.withClient { client in
            let create = PostgresQuery(
                "test.create",
                "CREATE TABLE contact (tenant int8, email text, PRIMARY KEY (tenant, email), note text NOT NULL)")
            _ = try await client.query(create)
            let insert = PostgresQuery(
                "test.insert", "INSERT INTO contact VALUES ($1, $2, $3)", [1, "a)=(b@example.org", Optional("x")])
            _ = try await client.query(insert)
            let duplicate = await #expect(throws: PostgresError.self) { try await client.query(insert) }
            #expect(duplicate?.constraint == "contact_pkey")
            #expect(duplicate?.table == "contact")
            #expect(duplicate?.schema == "public")
            #expect(duplicate?.detail == "Key (tenant, email) already exists.")
            #expect(duplicate?.isTransient == false)
            let missing = await #expect(throws: PostgresError.self) {
                try await client.query(
                    PostgresQuery("test.insert", "INSERT INTO contact VALUES ($1, $2, $3)", [1, "b", String?.none]))
            }
            #expect(missing?.column == "note")
            #expect(missing?.sqlState == .notNullViolation)
        }
    }

    @Test(
        "what may be repeated is told apart from what may not",
        arguments: [
            (SQLState.serializationFailure, true, true), (.deadlockDetected, true, true),
            (.uniqueViolation, false, false), (.lockNotAvailable, true, true), (.queryCanceled, false, false),
            (.adminShutdown, true, true), (.tooManyConnections, true, true), (.syntaxError, false, false),
        ])
    func retryable(_ state: SQLState, isTransient: Bool, isRetryable: Bool) {
        let error = PostgresError(.server(state), "")
        #expect(error.isTransient == isTransient)
        #expect(error.isRetryable == isRetryable)
    }

    @Test("a connection that broke after its statement was sent may have taken effect, and is not retryable")
    func lostIsNotRetryable() {
        var error = PostgresError(.connectionLost, "")
        #expect(error.isRetryable)
        error.mayHaveTakenEffect = true
        #expect(!error.isRetryable)
        #expect(error.isTransient)
        #expect(!PostgresError(.unclearCommit, "").isRetryable)
    }
}
