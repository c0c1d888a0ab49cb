import CPQ
import Synchronization

extension Connection {
    /// Sends a COPY and waits until the server begins to copy. Returns whether the copy is binary.
    func beginCopy(_ query: PostgresQuery, _ exchange: SimpleProtocol, _ status: ExecStatusType)
        async throws(PostgresError)
        -> Bool
    {
        let code = status.rawValue
        let result = await exclusive(pausesAfterwards: status == PGRES_COPY_OUT) {
            pointer -> Result<Bool, PostgresError>? in
            guard exchange.begin(pointer) else {
                return .failure(PostgresError(.misuse, "the connection is at work for another statement"))
            }
            return exchange.untilCopy(pointer, ExecStatusType(rawValue: code))
        }
        do throws(PostgresError) {
            return try result.get()
        } catch {
            throw error.named(query.name)
        }
    }

    /// Hands data to a copy in; returns when it is written out, so that no more than one chunk waits in memory.
    func putCopyData(_ bytes: ArraySlice<UInt8>) async throws(PostgresError) {
        let isQueued = Mutex(false)
        let result = await exclusive(isContinuation: true) { pointer -> Result<Void, PostgresError>? in
            isQueued.withLock { isQueued in
                if !isQueued {
                    let answer = bytes.withUnsafeBytes { raw in
                        PQputCopyData(pointer, raw.assumingMemoryBound(to: CChar.self).baseAddress, Int32(raw.count))
                    }
                    if answer < 0 { return .failure(Self.lost) }
                    if answer == 0 { return nil }
                    isQueued = true
                }
                switch PQflush(pointer) {
                case 0: return .success(())
                case 1: return nil
                default: return .failure(Self.lost)
                }
            }
        }
        try result.get()
    }

    /// Ends a copy in.
    ///
    /// - Parameters:
    ///   - abort: Makes the server undo the copy.
    ///   - autocommits: Whether the server commits at its end.
    /// - Returns: How many rows were copied.
    func endCopyIn(_ exchange: SimpleProtocol, abort: Bool, autocommits: Bool) async -> Result<Int, PostgresError> {
        let isQueued = Mutex(false)
        let result = await exclusive(isCancellable: !abort, isContinuation: true) {
            pointer -> Result<Int, PostgresError>? in
            let answer = isQueued.withLock { isQueued in
                if isQueued { return Int32(1) }
                let answer = PQputCopyEnd(pointer, abort ? "the client gave up" : nil)
                isQueued = answer == 1
                return answer
            }
            if answer < 0 { return .failure(Self.lost) }
            if answer == 0 { return nil }
            return exchange.drain(pointer)
        }
        return result.mapError { error in
            var error = error
            // Without the server's own word that it refused, it may have committed before the connection broke.
            if case .server = error.code { return error }
            error.mayHaveTakenEffect = autocommits && !abort && isQueued.withLock { $0 } && !isUsable
            return error
        }
    }

    enum CopyChunk: Sendable {
        case data([UInt8])
        case end(rows: Int)
    }

    /// The next rows of a copy out, whole ones, together at least `size` bytes unless the server has no more to send just now.
    func nextCopyData(_ exchange: SimpleProtocol, size: Int) async throws(PostgresError) -> CopyChunk {
        let isEnding = Mutex(false)
        let result = await exclusive(pausesAfterwards: true, isContinuation: true) {
            pointer -> Result<CopyChunk, PostgresError>? in
            var chunk: [UInt8] = []
            while !isEnding.withLock({ $0 }) {
                var row: UnsafeMutablePointer<CChar>?
                let length = PQgetCopyData(pointer, &row, 1)
                if length > 0 {
                    chunk.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
                    PQfreemem(row)
                    if chunk.count >= size { return .success(.data(chunk)) }
                } else if length == 0 {
                    return chunk.isEmpty ? nil : .success(.data(chunk))
                } else {
                    // The end, or an error: either is told by the results that follow; what was read comes first.
                    if !chunk.isEmpty { return .success(.data(chunk)) }
                    isEnding.withLock { $0 = true }
                }
            }
            return exchange.drain(pointer)?.map { .end(rows: $0) }
        }
        return try result.get()
    }
}
