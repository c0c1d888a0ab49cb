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

    init(_ queries: [PostgresQuery], ending: Ending) {
        self.items = queries.map { Item(query: $0, parameters: EncodedParameters($0.parameters)) }
        self.ending = ending
    }
}

typealias BatchResult = Result<[PostgresRows], PostgresError>
