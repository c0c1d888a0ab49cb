import CPQ

extension Connection {
    /// - Parameter autocommits: Whether no transaction is open, so that the server commits at the copy's end.
    func copyIn(
        _ query: PostgresQuery, autocommits: Bool, _ body: (PostgresCopyWriter) async throws -> Void
    ) async throws -> Int {
        let exchange = SimpleProtocol(query)
        let isBinary = try await beginCopy(query, exchange, PGRES_COPY_IN)
        let writer = PostgresCopyWriter(self, isBinary: isBinary, queryName: query.name)
        do {
            try await body(writer)
            try await writer.finish()
        } catch {
            let end = await endCopyIn(exchange, abort: true, autocommits: autocommits)
            // The server's own reason, when it was the server that refused.
            if case .failure(let refusal) = end, case .server(let state) = refusal.code, state != .queryCanceled,
                error is PostgresError
            {
                throw refusal
            }
            throw error
        }
        return try await endCopyIn(exchange, abort: false, autocommits: autocommits).get()
    }

    func copyOut(
        _ query: PostgresQuery, _ body: ([UInt8]) async throws -> Void
    ) async throws -> Int {
        let exchange = SimpleProtocol(query)
        _ = try await beginCopy(query, exchange, PGRES_COPY_OUT)
        do {
            while true {
                switch try await nextCopyData(exchange, size: 64 * 1024) {
                case .data(let bytes): try await body(bytes)
                case .end(let rows): return rows
                }
            }
        } catch {
            // A COPY that nobody reads to its end is ended with its connection, unless the server ended it.
            if !isInPipelineMode { close() }
            throw error
        }
    }
}

extension PostgresClient {
    /// Runs a `COPY … FROM STDIN`. `body` writes the data; what it throws undoes the copy.
    ///
    ///     try await client.copyIn(PostgresQuery("numbers.load", "COPY numbers (n) FROM STDIN (FORMAT binary)")) { writer in
    ///         for number in 0..<1000 { try await writer.row([number]) }
    ///     }
    ///
    /// - Returns: How many rows were copied.
    @discardableResult
    public func copyIn(
        _ query: PostgresQuery, _ body: (PostgresCopyWriter) async throws -> Void
    ) async throws -> Int {
        let connection = try await borrow(query.name)
        defer { pool?.release(connection) }
        return try await connection.copyIn(query, autocommits: true, body)
    }

    /// Runs a `COPY … TO STDOUT`. `body` gets the data as it comes, in chunks of whole rows; while it works, the server waits.
    ///
    /// - Returns: How many rows were copied.
    @discardableResult
    public func copyOut(_ query: PostgresQuery, _ body: ([UInt8]) async throws -> Void) async throws -> Int {
        let connection = try await borrow(query.name)
        defer { pool?.release(connection) }
        return try await connection.copyOut(query, body)
    }
}

extension PostgresTransaction {
    /// As `PostgresClient.copyIn`, inside this transaction. PostgreSQL refuses COPY into a table under row-level security.
    @discardableResult
    public func copyIn(
        _ query: PostgresQuery, _ body: (PostgresCopyWriter) async throws -> Void
    ) async throws -> Int {
        try await sendPending(query.name)
        return try await noting { try await connection.copyIn(query, autocommits: false, body) }
    }

    /// As `PostgresClient.copyOut`, inside this transaction, and so under its settings' row-level security.
    @discardableResult
    public func copyOut(_ query: PostgresQuery, _ body: ([UInt8]) async throws -> Void) async throws -> Int {
        try await sendPending(query.name)
        return try await noting { try await connection.copyOut(query, body) }
    }
}
