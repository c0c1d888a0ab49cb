/// The statements of one round trip: sent together, ended by one Sync, failing together.
struct Batch: Sendable {
    struct Item: Sendable {
        var query: PostgresQuery
        var parameters: EncodedParameters
    }

    /// What the end of the batch means for what it changed.
    enum Ending: Sendable, Equatable {
        /// No transaction is open: the server commits at the Sync.
        case autocommit
        /// Stays inside an open transaction.
        case open
        /// The last statement is COMMIT.
        case commit
    }

    var items: [Item]
    var ending: Ending
    /// It belongs to a transaction that an earlier batch began, and must not run outside it.
    var needsTransaction = false

    init(_ queries: [PostgresQuery], ending: Ending) {
        self.items = queries.map { Item(query: $0, parameters: EncodedParameters($0.parameters)) }
        self.ending = ending
    }

    /// Why it cannot be sent at all: what libpq would refuse of itself, or the server by ending the connection.
    var refusal: String? {
        for item in items {
            if item.parameters.slots.count > Self.mostParameters {
                return "a statement takes at most \(Self.mostParameters) parameters"
            }
            if item.query.sql.utf8.count + item.parameters.size > Self.mostBytes {
                return "a statement and its parameters are too large for one message to the server"
            }
        }
        return nil
    }

    /// The protocol counts parameters in 16 bits.
    private static let mostParameters = 65_535
    /// The server takes a message of at most 1 GiB (`PQ_LARGE_MESSAGE_LIMIT`); some of it is lengths and names.
    private static let mostBytes = 1 << 30 - 1 << 20
}

typealias BatchResult = Result<[PostgresRows], PostgresError>
