import Foundation
import Logging
import TestSupport
import Testing

@testable import Postgres

@Suite("Configuration")
struct ConfigurationTests {
    @Test(
        "a URL is read as libpq reads it",
        arguments: [
            ("postgresql://anna@db.example:6543/obhut", "db.example", 6543, "anna", "obhut"),
            ("postgres://anna:s3cret@db.example/obhut", "db.example", 5432, "anna", "obhut"),
            ("postgresql://anna@/obhut?host=/run/postgresql&port=5433", "/run/postgresql", 5433, "anna", "obhut"),
            ("postgresql://anna@%2Frun%2Fpostgresql/obhut", "/run/postgresql", 5432, "anna", "obhut"),
            ("postgresql://anna@db.example", "db.example", 5432, "anna", "anna"),
            ("host=db.example user=anna dbname=obhut", "db.example", 5432, "anna", "obhut"),
        ])
    func url(_ text: String, host: String, port: Int, username: String, database: String) throws {
        let configuration = try PostgresConfiguration(url: text)
        #expect(configuration.host == host)
        #expect(configuration.port == port)
        #expect(configuration.username == username)
        #expect(configuration.database == database)
    }

    @Test("a URL's options reach the connection")
    func options() throws {
        let configuration = try PostgresConfiguration(
            url:
                "postgresql://a:p%40ss@h/d?sslmode=verify-full&sslrootcert=/ca.pem&application_name=x&connect_timeout=7"
        )
        #expect(configuration.tls == .init(.verifyFull, rootCertificate: "/ca.pem"))
        #expect(configuration.applicationName == "x")
        #expect(configuration.connectTimeout == .seconds(7))
        let parameters = Dictionary(uniqueKeysWithValues: configuration.connectionParameters)
        #expect(parameters["password"] == "p@ss")
        #expect(parameters["sslmode"] == "verify-full")
        #expect(parameters["sslrootcert"] == "/ca.pem")
    }

    @Test("options for libpq are passed on, those of the session beside our own")
    func furtherOptions() throws {
        var configuration = try PostgresConfiguration(
            url: """
                postgresql://a@db.example/d?hostaddr=192.0.2.1&sslcert=/c.pem&sslkey=/k.pem&sslcrl=/r.pem&channel_binding=require\
                &target_session_attrs=read-write&options=-c%20geqo%3Doff
                """)
        configuration.statementTimeout = .seconds(1)
        let parameters = Dictionary(uniqueKeysWithValues: configuration.connectionParameters)
        #expect(parameters["host"] == "db.example")
        #expect(parameters["hostaddr"] == "192.0.2.1")
        #expect(parameters["sslcert"] == "/c.pem")
        #expect(parameters["sslkey"] == "/k.pem")
        #expect(parameters["sslcrl"] == "/r.pem")
        #expect(parameters["channel_binding"] == "require")
        #expect(parameters["target_session_attrs"] == "read-write")
        #expect(parameters["options"] == "-c geqo=off -c statement_timeout=1000")
        let alone = try PostgresConfiguration(url: "postgresql://a@/d?hostaddr=192.0.2.1").connectionParameters
        #expect(alone.contains { $0 == ("host", "192.0.2.1") })
    }

    @Test(
        "an option that is not followed is refused by its name, without its value",
        arguments: [
            "service", "replication", "sslpassword", "fallback_application_name", "keepalives_idle", "krbsrvname",
        ])
    func unknownOption(_ name: String) {
        let error = #expect(throws: PostgresError.self) {
            try PostgresConfiguration(url: "postgresql://a@h/d?\(name)=s3cret")
        }
        #expect(error?.code == .configuration)
        #expect(error?.message == "the database URL's option \(name) is not supported")
    }

    @Test(
        "a URL that cannot be used is refused without being repeated",
        arguments: [
            "postgresql://anna:s3cret@h:99999/d", "postgresql://anna:s3cret%zz@h/d",
            "postgresql://anna:s3cret@h/d?sslmode=s3cret", "postgresql://h/d", "s3cret", "",
            "postgresql://anna:s3cret@h/d?s3cret=1", "postgresql://anna:s3cret@h:p/d",
            "postgresql://anna:s3cret@h/d?connect_timeout=s3cret", "postgresql://anna:s3cret@h/d?connect_timeout=0",
        ])
    func badURL(_ text: String) {
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: text) }
        #expect(error?.code == .configuration)
        #expect(error.map { "\($0)".contains("s3cret") } == false)
    }

    @Test("no description of a configuration shows its password")
    func passwordIsHidden() throws {
        let configuration = try PostgresConfiguration(url: "postgresql://anna:s3cret@h/d")
        var text = "\(configuration) \(String(reflecting: configuration))"
        dump(configuration, to: &text)
        #expect(!text.contains("s3cret"))
    }

    @Test("timeouts are the session's, or the transaction's behind PgBouncer")
    func timeouts() {
        var configuration = PostgresConfiguration(host: "h", database: "d", username: "u")
        configuration.statementTimeout = .seconds(2)
        configuration.lockTimeout = .microseconds(1)
        let options = configuration.connectionParameters.first { $0.0 == "options" }?.1
        #expect(options == "-c statement_timeout=2000 -c lock_timeout=1")
        #expect(configuration.transactionSettings.isEmpty)
        configuration.preparedStatements = .protocolLevel(limit: 10)
        #expect(!configuration.connectionParameters.contains { $0.0 == "options" })
        #expect(configuration.transactionSettings.map(\.0) == ["statement_timeout", "lock_timeout"])
    }

    @Test("TLS: encrypts when required, checks the certificate when told to, and refuses a wrong one")
    func tls() async throws {
        var configuration = try await TestDatabase.fresh()
        let certificate = "\(configuration.host)/server.crt"
        guard FileManager.default.fileExists(atPath: certificate) else { return }
        configuration.host = "127.0.0.1"
        configuration.pool.acquisitionTimeout = .seconds(10)
        let isEncrypted = PostgresQuery(
            "test.tls", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        for (mode, root, expected) in [
            (PostgresConfiguration.TLSMode.disable, nil, false), (.require, nil, true),
            (.verifyCA, certificate, true), (.verifyFull, certificate, true),
        ] as [(PostgresConfiguration.TLSMode, String?, Bool)] {
            configuration.tls = .init(mode, rootCertificate: root)
            try await TestDatabase.withClient(configuration) { client in
                let found = try await client.query(isEncrypted)[0].decode("ssl", as: Bool.self)
                #expect(found == expected, "\(mode)")
                // Enough to fill TLS records and libpq's buffers many times over.
                let large = String(repeating: "ü", count: 300_000)
                let echo = try await client.query(PostgresQuery("test.echo", "SELECT $1", [large]))[0].decode(
                    0, as: String.self)
                #expect(echo == large)
            }
        }
        configuration.pool.acquisitionTimeout = .seconds(3)
        configuration.tls = .init(.verifyFull, rootCertificate: "/etc/ssl/certs/ca-certificates.crt")
        try await TestDatabase.withClient(configuration) { client in
            let error = await #expect(throws: PostgresError.self) { try await client.query(isEncrypted) }
            #expect(error?.code == .connectionFailed)
        }
    }

    @Test("a password is checked, and a wrong one is told at once and never shown")
    func password() async throws {
        // The test's own cluster asks the members of one role for their passwords, over TCP.
        guard ProcessInfo.processInfo.environment["OBHUT_TEST_POSTGRES"] == nil else { return }
        var configuration = try await TestDatabase.fresh()
        let role = "role_\(configuration.database)"
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.pipeline([
                PostgresQuery("test.group", "CREATE ROLE needs_password"),
                PostgresQuery("test.role", "CREATE ROLE \(role) LOGIN PASSWORD 's3cret' IN ROLE needs_password"),
            ])
        }
        configuration.username = role
        configuration.password = "wr0ng"
        configuration.pool.acquisitionTimeout = .seconds(30)
        configuration.host = "127.0.0.1"
        try await TestDatabase.withClient(configuration) { client in
            let error = await #expect(throws: PostgresError.self) {
                try await client.query(PostgresQuery("t", "SELECT 1"))
            }
            #expect(error?.code == .connectionFailed)
            #expect(error?.sqlState == .invalidPassword)
            #expect(error.map { "\($0)".contains("wr0ng") } == false)
        }
        configuration.password = "s3cret"
        try await TestDatabase.withClient(configuration) { client in
            _ = try await client.query(PostgresQuery("t", "SELECT 1"))
        }
    }
}
