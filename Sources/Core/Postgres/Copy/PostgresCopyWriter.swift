/// Where a COPY … FROM STDIN takes its data from.
public final class PostgresCopyWriter {
    private let connection: Connection
    private let isBinary: Bool
    private let queryName: String
    private var buffer = PostgresBuffer()
    /// About what one write to a socket takes.
    private static let chunkSize = 64 * 1024
    /// What libpq is given at once: it takes a length of 32 bits, and keeps a copy until it is written out.
    private static let largestChunk = 1 << 20

    init(_ connection: Connection, isBinary: Bool, queryName: String) {
        self.connection = connection
        self.isBinary = isBinary
        self.queryName = queryName
        if isBinary {
            // Signature, flags, length of the header's extension (PostgreSQL manual, COPY, binary format).
            buffer.append(contentsOf: Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0x00])
            buffer.append(integer: Int32(0))
            buffer.append(integer: Int32(0))
        }
    }

    /// One row of `COPY … FROM STDIN (FORMAT binary)`: a value for each column, each of exactly the column's type.
    public func row(_ values: [any PostgresEncodable]) async throws(PostgresError) {
        guard isBinary else {
            throw PostgresError(.misuse, "rows of values need COPY … (FORMAT binary)", queryName: queryName)
        }
        buffer.append(integer: Int16(clamping: values.count))
        for value in values {
            let lengthAt = buffer.count
            buffer.append(integer: Int32(-1))
            if value.isPostgresNull { continue }
            value.encode(into: &buffer)
            buffer.set(length: buffer.count - lengthAt - 4, at: lengthAt)
        }
        try await flushIfFull()
    }

    /// Data in the COPY's own format, text or CSV, cut anywhere.
    public func write(_ bytes: some Sequence<UInt8> & Sendable) async throws(PostgresError) {
        guard !isBinary else {
            throw PostgresError(.misuse, "COPY … (FORMAT binary) takes rows of values", queryName: queryName)
        }
        buffer.append(contentsOf: bytes)
        try await flushIfFull()
    }

    private func flushIfFull() async throws(PostgresError) {
        if buffer.count >= Self.chunkSize { try await flush() }
    }

    func finish() async throws(PostgresError) {
        if isBinary { buffer.append(integer: Int16(-1)) }
        try await flush()
    }

    private func flush() async throws(PostgresError) {
        let bytes = buffer.bytes
        buffer = PostgresBuffer()
        // The server joins what it gets: a row may be cut anywhere.
        for start in stride(from: 0, to: bytes.count, by: Self.largestChunk) {
            let end = min(start + Self.largestChunk, bytes.count)
            try await connection.putCopyData(bytes[start..<end])
        }
    }
}
