import CPQ
import Synchronization

/// The answers to a statement sent outside pipeline mode, taken one by one until libpq has no more.
final class SimpleProtocol: Sendable {
    private struct State {
        var hasBegun = false
        var error: PostgresError?
        var affectedRows = 0
    }

    private let query: PostgresQuery
    private let state = Mutex(State())

    init(_ query: PostgresQuery) {
        self.query = query
    }

    /// Leaves pipeline mode and sends the statement, once. False when that cannot be.
    func begin(_ pointer: OpaquePointer) -> Bool {
        state.withLock { state in
            if state.hasBegun { return true }
            state.hasBegun = true
            return PQexitPipelineMode(pointer) == 1 && PQsendQuery(pointer, query.sql) == 1
        }
    }

    /// Takes what has come. When all has, goes back to pipeline mode and returns how many rows the last statement touched.
    func drain(_ pointer: OpaquePointer) -> Result<Int, PostgresError>? {
        state.withLock { state in
            while PQisBusy(pointer) == 0 {
                guard let result = PQgetResult(pointer) else {
                    guard PQenterPipelineMode(pointer) == 1 else { return .failure(Connection.lost) }
                    return state.error.map { .failure($0) } ?? .success(state.affectedRows)
                }
                defer { PQclear(result) }
                switch PQresultStatus(result) {
                case PGRES_COPY_IN:
                    // Asked for nothing to copy in: refuse, and the server ends the statement.
                    guard PQputCopyEnd(pointer, "no data is given here") == 1 else { return .failure(Connection.lost) }
                case PGRES_COPY_OUT, PGRES_COPY_BOTH:
                    // libpq says so again for as long as rows are to come: without any here, wait for the socket.
                    guard dropRows(pointer) else { return nil }
                case PGRES_FATAL_ERROR where state.error == nil:
                    state.error =
                        ServerReport(result, script: query.sql)?.error(query.name) ?? Connection.lost.named(query.name)
                default:
                    state.affectedRows = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
                }
            }
            return nil
        }
    }

    /// Drops the rows of a copy out that are here. False when more will come.
    private func dropRows(_ pointer: OpaquePointer) -> Bool {
        var row: UnsafeMutablePointer<CChar>?
        while true {
            let length = PQgetCopyData(pointer, &row, 1)
            if length <= 0 { return length < 0 }
            PQfreemem(row)
        }
    }

    /// As `drain`, but stops where the server begins to copy.
    ///
    /// - Returns: Whether the copy is binary.
    func untilCopy(_ pointer: OpaquePointer, _ status: ExecStatusType) -> Result<Bool, PostgresError>? {
        let next: (isCopy: Bool, isBinary: Bool)? = state.withLock { state in
            // Once something else has come, all that follows is dropped.
            guard state.error == nil, PQisBusy(pointer) == 0, let result = PQgetResult(pointer) else { return nil }
            defer { PQclear(result) }
            if PQresultStatus(result) == status { return (true, PQbinaryTuples(result) == 1) }
            state.error =
                ServerReport(result, script: query.sql)?.error(query.name)
                ?? PostgresError(.misuse, "the statement is not the COPY that was expected", queryName: query.name)
            return (false, false)
        }
        if let next, next.isCopy { return .success(next.isBinary) }
        switch drain(pointer) {
        case .failure(let error): return .failure(error)
        case .success: return .failure(PostgresError(.misuse, "the statement is no COPY", queryName: query.name))
        case nil: return nil
        }
    }
}
