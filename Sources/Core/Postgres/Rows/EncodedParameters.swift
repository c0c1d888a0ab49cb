/// A statement's parameters in the form libpq sends them.
struct EncodedParameters: Sendable {
    /// Where one value lies in `bytes`; a length of -1 is NULL.
    struct Slot: Sendable {
        var offset: Int
        var length: Int
    }

    private(set) var types: [PostgresType] = []
    private(set) var slots: [Slot] = []
    private var bytes: [UInt8]

    var size: Int { bytes.count }

    init(_ parameters: [any PostgresEncodable]) {
        var buffer = PostgresBuffer()
        types.reserveCapacity(parameters.count)
        slots.reserveCapacity(parameters.count)
        for parameter in parameters {
            types.append(type(of: parameter).postgresType)
            let offset = buffer.count
            if parameter.isPostgresNull {
                slots.append(Slot(offset: offset, length: -1))
            } else {
                parameter.encode(into: &buffer)
                slots.append(Slot(offset: offset, length: buffer.count - offset))
            }
        }
        // libpq takes a null pointer for NULL; one byte more keeps an empty last value's pointer inside the buffer.
        buffer.append(byte: 0)
        bytes = buffer.bytes
    }

    /// Calls `body` with the arrays that `PQsendQueryPrepared` and `PQsendQueryParams` take, all of the same count.
    func withPointers<Result>(
        _ body: (
            _ count: Int32, _ values: UnsafePointer<UnsafePointer<CChar>?>?, _ lengths: UnsafePointer<Int32>?,
            _ formats: UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        if slots.isEmpty { return body(0, nil, nil, nil) }
        return bytes.withUnsafeBytes { raw in
            let base = raw.assumingMemoryBound(to: CChar.self).baseAddress
            return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: slots.count) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: slots.count * 2) { numbers in
                    for (index, slot) in slots.enumerated() {
                        let pointer = slot.length < 0 ? nil : base.map { $0 + slot.offset }
                        values.initializeElement(at: index, to: pointer)
                        numbers.initializeElement(at: index, to: Int32(clamping: max(slot.length, 0)))
                        numbers.initializeElement(at: slots.count + index, to: 1)
                    }
                    let lengths = numbers.baseAddress.map { UnsafePointer($0) }
                    let formats = lengths.map { $0 + slots.count }
                    return body(Int32(slots.count), values.baseAddress.map { UnsafePointer($0) }, lengths, formats)
                }
            }
        }
    }
}
