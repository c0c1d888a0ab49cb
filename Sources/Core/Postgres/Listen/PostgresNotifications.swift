/// What a channel's listener hears, in order. Several readers share it: each event goes to one of them.
///
/// It ends when its task is cancelled or the client is closed. A broken connection does not end it: it connects again, listens
/// again, and says so with `.reconnected`.
public struct PostgresNotifications: AsyncSequence, Sendable {
    public enum Event: Sendable, Hashable {
        case notification(PostgresNotification)
        /// The connection had broken: what was sent meanwhile is lost. Look at the tables again.
        case reconnected
    }

    let listener: Listener

    public struct AsyncIterator: AsyncIteratorProtocol {
        let listener: Listener

        public mutating func next() async -> Event? {
            await listener.next()
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async -> Event? {
            await listener.next()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(listener: listener)
    }
}

extension PostgresClient {
    /// Listens on a channel, on a connection of its own; it is listening when this returns.
    ///
    /// A PgBouncer in transaction mode does not carry LISTEN: connect to the server itself.
    public func listen(_ channel: String) async throws(PostgresError) -> PostgresNotifications {
        guard let reactor = Reactor.shared else {
            throw PostgresError(.connectionFailed, "the system gives no more descriptors or threads")
        }
        let listener = Listener(channel: channel, configuration: configuration, reactor: reactor, logger: logger)
        // First, so that closing the client ends it while it connects.
        try keep(listener)
        try await listener.connect()
        return PostgresNotifications(listener: listener)
    }

    /// Sends a notification at once, in a transaction of its own.
    public func notify(_ channel: String, payload: String = "") async throws(PostgresError) {
        _ = try await query(.notify(channel, payload: payload))
    }
}

extension PostgresQuery {
    /// Sends a notification when the transaction it runs in commits. A payload has at most 7999 bytes.
    public static func notify(_ channel: String, payload: String = "") -> PostgresQuery {
        PostgresQuery("postgres.notify", "SELECT pg_notify($1, $2)", [channel, payload])
    }
}
