import Logging
import Synchronization

/// Keeps one connection listening, and hands out what it hears.
final class Listener: Sendable {
    struct State {
        var connection: Connection?
        var isClosed = false
        /// Whether a reader is opening a connection; the others wait for it.
        var isConnecting = false
        /// Counts what happened, so that a reader that looked before it happened does not wait.
        var news: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let channel: String
    let configuration: PostgresConfiguration
    let reactor: Reactor
    private let logger: Logger
    let state = Mutex(State())

    init(channel: String, configuration: PostgresConfiguration, reactor: Reactor, logger: Logger) {
        self.channel = channel
        self.configuration = configuration
        self.reactor = reactor
        self.logger = logger
    }

    func close() {
        let connection = state.withLock { state in
            state.isClosed = true
            defer { state.connection = nil }
            return state.connection
        }
        connection?.close()
        wake()
    }

    /// Connects and listens; ended by `close` at any moment, and by itself after twice `connectTimeout`.
    func connect() async throws(PostgresError) {
        let opened = await withCheckedContinuation { continuation in
            Connector.open(configuration) { continuation.resume(returning: $0) }
        }
        let connection = try Connection(
            id: 0, opened: try opened.get(), configuration: configuration, reactor: reactor,
            onNotification: { [weak self] in self?.wake() }, onBreak: { _ in })
        let isClosed = state.withLock { state in
            if !state.isClosed { state.connection = connection }
            return state.isClosed
        }
        do throws(PostgresError) {
            if isClosed { throw PostgresError(.closed, "the client is closed") }
            let name = channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            let listen = PostgresQuery("postgres.listen", "LISTEN \"\(name)\"")
            let late = PostgresError(.connectionFailed, "the server did not answer LISTEN in time")
            try await ask(connection, listen, orGiveUp: late)
        } catch {
            connection.close()
            if state.withLock({ $0.isClosed }) { throw PostgresError(.closed, "the client is closed") }
            // With its connection, what LISTEN may have done is gone.
            var error = error
            error.mayHaveTakenEffect = false
            throw error
        }
    }

    /// Runs a statement that is answered at once by a connection that lives; gives up one that does not.
    private func ask(
        _ connection: Connection, _ query: PostgresQuery, orGiveUp reason: PostgresError
    ) async throws(PostgresError) {
        let timer = reactor.schedule(at: .now + configuration.connectTimeout) { [weak connection] in
            connection?.abandon(reason)
        }
        let result = await connection.run(Batch([query], ending: .autocommit))
        reactor.cancel(timer)
        _ = try result.get()
    }

    func next() async -> PostgresNotifications.Event? {
        while !Task.isCancelled {
            let (connection, isClosed, seen) = state.withLock { ($0.connection, $0.isClosed, $0.news) }
            if isClosed { return nil }
            if let notification = connection?.takeNotification() { return .notification(notification) }
            if let connection, connection.isUsable {
                if await waitForNews(after: seen) == .silence { await check(connection) }
            } else if state.withLock({ $0.beginConnecting() }) {
                return await reconnect() ? .reconnected : nil
            } else {
                _ = await waitForNews(after: seen)
            }
        }
        return nil
    }

    /// False when the task was cancelled or the listener closed first.
    private func reconnect() async -> Bool {
        defer {
            state.withLock { $0.isConnecting = false }
            wake()
        }
        var pause = configuration.pool.backoff
        var reported: Set<String> = []
        while !Task.isCancelled, !state.withLock({ $0.isClosed }) {
            do {
                try await connect()
                return true
            } catch {
                let isNew = reported.insert(error.message).inserted
                logger.log(
                    level: isNew ? .warning : .debug, "cannot listen",
                    metadata: ["channel": "\(channel)", "reason": "\(error.message)"])
            }
            try? await Task.sleep(for: pause * Double.random(in: 0.5..<1))
            pause = min(pause * 2, configuration.pool.maximumBackoff)
        }
        return false
    }

    /// Asks a connection that has long been silent whether it lives.
    private func check(_ connection: Connection) async {
        let dead = PostgresError(.connectionLost, "the connection failed its health check")
        try? await ask(connection, PostgresQuery("postgres.health", "SELECT 1"), orGiveUp: dead)
    }

    deinit {
        state.withLock { $0.connection }?.close()
    }
}

extension Listener.State {
    /// False when another reader is at it.
    fileprivate mutating func beginConnecting() -> Bool {
        if isConnecting { return false }
        isConnecting = true
        return true
    }
}

extension Connection {
    func takeNotification() -> PostgresNotification? {
        state.withLock { $0.notifications.isEmpty ? nil : $0.notifications.removeFirst() }
    }
}
