import Logging
import Synchronization

/// Keeps one connection listening, and hands out what it hears.
final class Listener: Sendable {
    private struct State {
        var connection: Connection?
        var isClosed = false
        /// Set by an event that came while nobody waited.
        var hasNews = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let channel: String
    private let configuration: PostgresConfiguration
    private let reactor: Reactor
    private let logger: Logger
    private let state = Mutex(State())

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

    func connect() async throws(PostgresError) {
        let opened = await withCheckedContinuation { continuation in
            Connector.open(configuration) { continuation.resume(returning: $0) }
        }
        let connection = try Connection(
            id: 0, opened: try opened.get(), configuration: configuration, reactor: reactor,
            onNotification: { [weak self] in self?.wake() }, onBreak: { _ in })
        let name = channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        let result = await connection.run(
            Batch([PostgresQuery("postgres.listen", "LISTEN \"\(name)\"")], ending: .autocommit))
        _ = try result.get()
        let isClosed = state.withLock { state in
            if !state.isClosed { state.connection = connection }
            return state.isClosed
        }
        if isClosed {
            connection.close()
            throw PostgresError(.closed, "the client is closed")
        }
    }

    func next() async -> PostgresNotifications.Event? {
        while !Task.isCancelled {
            let (connection, isClosed) = state.withLock { ($0.connection, $0.isClosed) }
            if isClosed { return nil }
            if let notification = connection?.takeNotification() { return .notification(notification) }
            guard let connection, connection.isUsable else {
                return await reconnect() ? .reconnected : nil
            }
            if await waitForNews() == .silence { await check(connection) }
        }
        return nil
    }

    /// False when the task was cancelled or the listener closed first.
    private func reconnect() async -> Bool {
        var pause = configuration.pool.backoff
        while !Task.isCancelled, !state.withLock({ $0.isClosed }) {
            do {
                try await connect()
                return true
            } catch {
                logger.warning("cannot listen", metadata: ["channel": "\(channel)", "reason": "\(error.message)"])
            }
            try? await Task.sleep(for: pause * Double.random(in: 0.5..<1))
            pause = min(pause * 2, configuration.pool.maximumBackoff)
        }
        return false
    }

    // MARK: Waiting

    private enum Waking {
        case news, silence
    }

    private func waitForNews() async -> Waking {
        let timer = reactor.schedule(at: .now + configuration.pool.healthCheckInterval) { [weak self] in
            self?.resume(isNews: false)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.hasNews || Task.isCancelled { return true }
                    state.waiting = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            wake()
        }
        reactor.cancel(timer)
        return state.withLock { state in
            defer { state.hasNews = false }
            return state.hasNews ? .news : .silence
        }
    }

    private func wake() {
        resume(isNews: true)
    }

    private func resume(isNews: Bool) {
        let waiting = state.withLock { state in
            if isNews { state.hasNews = true }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Asks a connection that has long been silent whether it lives; gives it up when it does not answer.
    private func check(_ connection: Connection) async {
        let timer = reactor.schedule(at: .now + configuration.connectTimeout) { [weak connection] in
            connection?.abandon(PostgresError(.connectionLost, "the connection failed its health check"))
        }
        _ = await connection.run(Batch([PostgresQuery("postgres.health", "SELECT 1")], ending: .autocommit))
        reactor.cancel(timer)
    }

    deinit {
        state.withLock { $0.connection }?.close()
    }
}

extension Connection {
    func takeNotification() -> PostgresNotification? {
        state.withLock { $0.notifications.isEmpty ? nil : $0.notifications.removeFirst() }
    }
}
