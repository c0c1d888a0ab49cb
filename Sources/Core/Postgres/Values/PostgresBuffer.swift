/// The bytes of parameters in PostgreSQL's binary format (network byte order), written one after another.
public struct PostgresBuffer: Sendable {
    @usableFromInline
    var bytes: [UInt8] = []

    public init() {}

    public var count: Int { bytes.count }

    @inlinable
    public mutating func append(integer value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    @inlinable
    public mutating func append(byte: UInt8) {
        bytes.append(byte)
    }

    @inlinable
    public mutating func append(contentsOf other: some Sequence<UInt8>) {
        bytes.append(contentsOf: other)
    }

    @inlinable
    public mutating func append(raw other: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: other)
    }

    /// Overwrites four bytes at `offset`; for lengths known only after what they count was written.
    mutating func set(length: Int, at offset: Int) {
        withUnsafeBytes(of: Int32(clamping: length).bigEndian) { length in
            for (index, byte) in length.enumerated() {
                bytes[offset + index] = byte
            }
        }
    }
}
