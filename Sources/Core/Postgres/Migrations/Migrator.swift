public import Logging

/// Brings a database to what a folder of `NNNN_what.sql` files describes.
///
/// Each file is applied in a transaction of its own, and recorded in `schema_migrations` with the SHA-256 of its text. An advisory
/// lock lets one migrator at a time work on a database; others wait, then find the work done. What a file sets for its session
/// (`SET search_path`) ends with it; a file that ends its transaction is refused.
public struct Migrator: Sendable {
    /// Any number, the same in every Obhut: "obhut" in ASCII.
    private static let lock = 0x6f_6268_7574

    private let folder: String
    private var configuration: PostgresConfiguration
    private let logger: Logger

    /// - Parameter configuration: How to connect as the owner of the schema. Its timeouts do not hold here: a migration may take
    ///   longer than a request may, and so may the one that holds the lock.
    public init(folder: String, configuration: PostgresConfiguration, logger: Logger) {
        self.folder = folder
        self.configuration = configuration
        self.configuration.statementTimeout = nil
        self.configuration.lockTimeout = nil
        self.configuration.responseTimeout = nil
        self.configuration.pool = .init(minimum: 0, maximum: 1)
        // Each statement runs once, and a file may well say DEALLOCATE ALL.
        if case .perConnection = configuration.preparedStatements {
            self.configuration.preparedStatements = .perConnection(limit: 0)
        }
        self.logger = logger
    }

    /// As a client does, to the same database.
    public init(folder: String, client: PostgresClient, logger: Logger) {
        self.init(folder: folder, configuration: client.configuration, logger: logger)
    }

    /// Applies what is pending.
    ///
    /// - Returns: The names of those applied now, in order.
    /// - Throws: `MigrationError` when a file was edited, is missing, is out of order, or was refused by the server; those before it
    ///   stay applied.
    @discardableResult
    public func migrate() async throws -> [String] {
        let files = try MigrationFile.read(folder: folder)
        return try await withClient { client in
            var done: [String] = []
            while let name = try await applyNext(files, client) {
                logger.info("migration applied", metadata: ["migration": "\(name)"])
                done.append(name)
            }
            return done
        }
    }

    /// Every migration, in order, whether it is applied, and whether anything forbids applying the rest. Changes nothing.
    public func status() async throws -> [MigrationStatus] {
        let files = try MigrationFile.read(folder: folder)
        return try await withClient { client in
            try await client.transaction(readOnly: true) { try await Self.status(files, $0) }
        }
    }

    private func withClient<Value: Sendable>(_ body: (PostgresClient) async throws -> Value) async throws -> Value {
        let client = PostgresClient(configuration: configuration, logger: logger)
        do {
            let value = try await body(client)
            await client.close()
            return value
        } catch {
            await client.close()
            throw error
        }
    }

    /// Applies the first pending migration; nil when there is none.
    private func applyNext(_ files: [MigrationFile], _ client: PostgresClient) async throws -> String? {
        try await client.transaction { transaction in
            _ = try await transaction.pipeline([
                PostgresQuery("migrations.patience", "SET LOCAL statement_timeout = 0"),
                PostgresQuery("migrations.patience", "SET LOCAL lock_timeout = 0"),
                PostgresQuery("migrations.lock", "SELECT pg_advisory_xact_lock($1)", [Self.lock]),
                PostgresQuery(
                    "migrations.table",
                    """
                    CREATE TABLE IF NOT EXISTS schema_migrations (
                        name       text        PRIMARY KEY,
                        checksum   text        NOT NULL,
                        applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
                    )
                    """),
            ])
            let statuses = try await Self.status(files, transaction)
            if let refusal = MigrationPlan.refusal(statuses) { throw refusal }
            guard let next = statuses.first(where: { $0.state == .pending }),
                let file = files.first(where: { $0.name == next.name })
            else { return nil }
            try await Self.apply(file, transaction)
            return file.name
        }
    }

    private static func apply(_ file: MigrationFile, _ transaction: PostgresTransaction) async throws {
        let before = try await transaction.query(transactionID)
        do {
            try await transaction.script(PostgresQuery("migrations.\(file.name)", file.sql))
        } catch let error as PostgresError {
            if error.isSerializationConflict { throw error }
            if error.code == .misuse { throw endsTransaction(file) }
            throw MigrationError(.failed, "migration \(file.name) failed and was rolled back", cause: error)
        }
        let results = try await transaction.pipeline([
            transactionID,
            PostgresQuery("migrations.reset", "RESET SESSION AUTHORIZATION"),
            PostgresQuery("migrations.reset", "RESET ROLE"),
            PostgresQuery("migrations.reset", "RESET ALL"),
        ])
        // `COMMIT; BEGIN` leaves a transaction open, but another one: what is in the first is there already.
        guard try before[0].decode(0, as: String.self) == results[0][0].decode(0, as: String.self) else {
            throw endsTransaction(file)
        }
        _ = try await transaction.query(
            PostgresQuery(
                "migrations.record",
                "INSERT INTO schema_migrations (name, checksum) VALUES ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))",
                [file.name, file.sql]))
    }

    private static let transactionID = PostgresQuery(
        "migrations.transaction", "SELECT pg_catalog.pg_current_xact_id()::text")

    private static func endsTransaction(_ file: MigrationFile) -> MigrationError {
        MigrationError(
            .endsTransaction,
            """
            migration \(file.name) ends its transaction itself (COMMIT, ROLLBACK); take that out, and look at the database: \
            what came before it may have stayed
            """)
    }

    private static func status(
        _ files: [MigrationFile], _ session: some PostgresSession
    ) async throws(PostgresError) -> [MigrationStatus] {
        let checksums = try await session.query(
            PostgresQuery(
                "migrations.checksums",
                """
                SELECT encode(sha256(convert_to(body, 'UTF8')), 'hex') AS checksum
                FROM unnest($1::text[]) WITH ORDINALITY AS file(body, place)
                ORDER BY place
                """, [files.map(\.sql)]))
        var hashed: [(name: String, checksum: String)] = []
        for (file, row) in zip(files, checksums) { hashed.append((file.name, try row.decode("checksum"))) }
        let table = try await session.query(
            PostgresQuery("migrations.known", "SELECT to_regclass('schema_migrations') IS NOT NULL"))
        guard let row = table.first, try row.decode(0) else {
            return MigrationPlan.compare(files: hashed, applied: [])
        }
        let rows = try await session.query(
            PostgresQuery(
                "migrations.applied", "SELECT name, checksum, applied_at FROM schema_migrations ORDER BY name"))
        var applied: [MigrationPlan.Applied] = []
        for row in rows {
            applied.append(
                MigrationPlan.Applied(
                    name: try row.decode("name"), checksum: try row.decode("checksum"),
                    appliedAt: try row.decode("applied_at")))
        }
        return MigrationPlan.compare(files: hashed, applied: applied)
    }
}
