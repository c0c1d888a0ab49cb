import CPQ
import Glibc

/// An authenticated libpq connection on its way from the thread that opened it to its owner.
///
/// `@unchecked Sendable`: it is made where a connection changes hands, and the giver does not use the pointer afterwards.
struct OpenedConnection: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Ends it, when there is nobody left to have it.
    func discard() {
        PQfinish(pointer)
    }
}

/// Opens connections. DNS, reading certificates and key derivation block, so each attempt has a thread of its own.
enum Connector {
    /// Calls `completion` once, from another thread.
    static func open(
        _ configuration: PostgresConfiguration,
        completion: @escaping @Sendable (Result<OpenedConnection, PostgresError>) -> Void
    ) {
        let started = BlockingThread.start {
            completion(Result { () throws(PostgresError) in try openBlocking(configuration) })
        }
        if !started {
            completion(.failure(PostgresError(.connectionFailed, "the system gives no more threads")))
        }
    }

    private static func openBlocking(_ configuration: PostgresConfiguration) throws(PostgresError) -> OpenedConnection {
        let deadline = ContinuousClock.now + configuration.connectTimeout
        guard let pointer = start(configuration.connectionParameters) else {
            throw PostgresError(.connectionFailed, "no memory for a connection")
        }
        var succeeded = false
        defer { if !succeeded { PQfinish(pointer) } }
        cpq_ignore_notices(pointer)
        var state = PQstatus(pointer) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while state != PGRES_POLLING_OK {
            guard state == PGRES_POLLING_READING || state == PGRES_POLLING_WRITING else {
                throw failure(pointer)
            }
            let left = deadline - ContinuousClock.now
            guard left > .zero else {
                throw PostgresError(.connectionFailed, "connecting to the server took too long")
            }
            let events = Int16(state == PGRES_POLLING_READING ? POLLIN : POLLOUT)
            var descriptor = pollfd(fd: PQsocket(pointer), events: events, revents: 0)
            if poll(&descriptor, 1, Int32(clamping: left.wholeMilliseconds + 1)) > 0 {
                state = PQconnectPoll(pointer)
            }
        }
        succeeded = true
        return OpenedConnection(pointer: pointer)
    }

    private static func start(_ parameters: [(String, String)]) -> OpaquePointer? {
        let keywords = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { for text in keywords + values { free(text) } }
        let keywordPointers = keywords.map { $0.map { UnsafePointer($0) } } + [nil]
        let valuePointers = values.map { $0.map { UnsafePointer($0) } } + [nil]
        return PQconnectStartParams(keywordPointers, valuePointers, 0)
    }

    private static func failure(_ pointer: OpaquePointer) -> PostgresError {
        // libpq's text names host, port, user and database; it never repeats a password.
        let text = PQerrorMessage(pointer).map { String(cString: $0) } ?? ""
        let oneLine = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        var error = PostgresError(.connectionFailed, oneLine.isEmpty ? "the server cannot be reached" : oneLine)
        error.sqlState = refusal(oneLine)
        return error
    }

    /// libpq keeps no SQLSTATE of a refused connection; those that no waiting mends are told by their text.
    private static func refusal(_ text: String) -> SQLState? {
        guard text.contains("FATAL:") else { return nil }
        if text.contains("password authentication failed") { return .invalidPassword }
        if text.contains("no pg_hba.conf entry") || text.contains("role \"") && text.contains("does not exist") {
            return .invalidAuthorization
        }
        if text.contains("database \"") && text.contains("does not exist") { return .invalidCatalogName }
        if text.contains("too many clients") || text.contains("remaining connection slots") {
            return .tooManyConnections
        }
        return nil
    }
}
