public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// A pool of connections to one database.
///
///     let client = try PostgresClient(configuration: configuration, logger: logger)
///     let rows = try await client.query(PostgresQuery("contacts.find", "SELECT name FROM contacts WHERE id = $1", [id]))
///     let name = try rows.first?.decode("name", as: String.self)
///
/// Connections open when they are needed. As a service (`run()`) it also keeps the configured minimum open, and closes
/// all at graceful shutdown.
public final class PostgresClient: PostgresSession, Service {
    public let configuration: PostgresConfiguration
    let logger: Logger
    let pool: Pool?
    let metrics: PostgresMetrics
    private let listeners = Mutex(Listeners())

    private struct Listeners {
        struct Entry {
            weak var listener: Listener?
        }

        var entries: [Entry] = []
        var isClosed = false
    }

    public convenience init(configuration: PostgresConfiguration, logger: Logger) {
        self.init(configuration: configuration, logger: logger, metrics: MetricsSystem.factory)
    }

    init(configuration: PostgresConfiguration, logger: Logger, metrics factory: any MetricsFactory) {
        self.configuration = configuration
        self.logger = logger
        let metrics = PostgresMetrics(configuration, factory)
        self.metrics = metrics
        self.pool = Reactor.shared.map { Pool(configuration, $0, metrics, logger) }
    }

    /// Keeps connections open and healthy until graceful shutdown or cancellation, then closes them.
    public func run() async throws {
        pool?.keepMinimum()
        try? await gracefulShutdown()
        await close()
    }

    /// Refuses new statements, lets those that run finish for as long as `grace`, and closes all connections.
    public func close(grace: Duration = .seconds(10)) async {
        let entries = listeners.withLock { listeners in
            listeners.isClosed = true
            return listeners.entries
        }
        for entry in entries { entry.listener?.close() }
        await pool?.close(grace: grace)
    }

    /// Remembers a listener, to close it with the client.
    func keep(_ listener: Listener) throws(PostgresError) {
        let isClosed = listeners.withLock { listeners in
            listeners.entries.removeAll { $0.listener == nil }
            listeners.entries.append(.init(listener: listener))
            return listeners.isClosed
        }
        if isClosed { throw PostgresError(.closed, "the client is closed") }
    }

    public func query(_ query: PostgresQuery) async throws(PostgresError) -> PostgresRows {
        try await run([query], ending: .autocommit)[0]
    }

    public func pipeline(_ queries: [PostgresQuery]) async throws(PostgresError) -> [PostgresRows] {
        if queries.isEmpty { return [] }
        return try await run(queries, ending: .autocommit)
    }

    /// Runs a whole transaction in one round trip: BEGIN, the settings (for this transaction alone), the statements, COMMIT.
    ///
    /// - Returns: Each statement's rows, in order.
    /// - Throws: The first error of a statement; nothing of the transaction then stays. `unclearCommit` when the connection broke
    ///   so that whether it committed is not known.
    public func transactionBatch(
        settings: [(String, String)] = [], isolation: PostgresIsolation = .readCommitted, _ queries: [PostgresQuery]
    ) async throws(PostgresError) -> [PostgresRows] {
        if queries.isEmpty { return [] }
        let prefix = opening(isolation, readOnly: false, settings)
        let rows = try await run(prefix + queries + [.commit], ending: .commit, named: PostgresQuery.name(of: queries))
        return Array(rows.dropFirst(prefix.count).dropLast())
    }

    private func run(
        _ queries: [PostgresQuery], ending: Batch.Ending, named name: String? = nil
    ) async throws(PostgresError) -> [PostgresRows] {
        let name = name ?? queries[0].name
        let start = ContinuousClock.now
        let batch = Batch(queries, ending: ending)
        var result = try await run(batch, name)
        // A connection can break between being lent and being used; another will do.
        while case .failure(let error) = result, !error.wasSent, !Task.isCancelled {
            result = try await run(batch, name)
        }
        metrics.record(name, since: start)
        return try result.get()
    }

    private func run(_ batch: Batch, _ name: String) async throws(PostgresError) -> BatchResult {
        let connection = try await borrow(name)
        var result = await connection.run(batch)
        if case .failure(let error) = result, error.isStaleStatement {
            // The table changed under a prepared statement; the connection has forgotten it, and nothing was done.
            if !connection.isIdle { connection.submit(Batch([.rollback], ending: .open)) { _ in } }
            result = await connection.run(batch)
        }
        pool?.release(connection)
        return result
    }

    /// What every transaction begins with.
    func opening(
        _ isolation: PostgresIsolation, readOnly: Bool, _ settings: [(String, String)]
    ) -> [PostgresQuery] {
        [.begin(isolation, readOnly: readOnly)]
            + [PostgresQuery.set(configuration.transactionSettings + settings)].compactMap { $0 }
    }

    func borrow(_ queryName: String?) async throws(PostgresError) -> Connection {
        guard let pool else {
            throw PostgresError(.connectionFailed, "the system gives no more descriptors or threads")
        }
        return try await pool.acquire(queryName)
    }
}
