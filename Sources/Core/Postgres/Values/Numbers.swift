extension Bool: PostgresEncodable, PostgresDecodable, PostgresEncodableElement, PostgresDecodableElement {
    public static var postgresType: PostgresType { .bool }
    public static var postgresArrayType: PostgresType { .boolArray }
    public static var postgresExpectation: String { "boolean" }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(byte: self ? 1 : 0)
    }

    public static func accepts(_ type: PostgresType) -> Bool { type == .bool }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Bool? {
        bytes.count == 1 ? bytes[0] != 0 : nil
    }
}

/// What the integer types share: each is written in its own width, and read from any width that its value fits.
public protocol PostgresInteger: FixedWidthInteger, PostgresEncodable, PostgresDecodable, PostgresEncodableElement,
    PostgresDecodableElement
{}

extension PostgresInteger {
    public static var postgresExpectation: String { "integer of at most \(bitWidth) bits" }

    public static func accepts(_ type: PostgresType) -> Bool {
        type == .int8 || type == .int4 || type == .int2 || type == .oid
    }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Self? {
        switch (type, bytes.count) {
        case (.int8, 8): Self(exactly: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        case (.int4, 4): Self(exactly: Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case (.int2, 2): Self(exactly: Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        case (.oid, 4): Self(exactly: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)))
        default: nil
        }
    }
}

extension Int: PostgresInteger {
    public static var postgresType: PostgresType { .int8 }
    public static var postgresArrayType: PostgresType { .int8Array }
    public func encode(into buffer: inout PostgresBuffer) { buffer.append(integer: Int64(self)) }
}

extension Int64: PostgresInteger {
    public static var postgresType: PostgresType { .int8 }
    public static var postgresArrayType: PostgresType { .int8Array }
    public func encode(into buffer: inout PostgresBuffer) { buffer.append(integer: self) }
}

extension Int32: PostgresInteger {
    public static var postgresType: PostgresType { .int4 }
    public static var postgresArrayType: PostgresType { .int4Array }
    public func encode(into buffer: inout PostgresBuffer) { buffer.append(integer: self) }
}

extension Int16: PostgresInteger {
    public static var postgresType: PostgresType { .int2 }
    public static var postgresArrayType: PostgresType { .int2Array }
    public func encode(into buffer: inout PostgresBuffer) { buffer.append(integer: self) }
}

extension Double: PostgresEncodable, PostgresDecodable, PostgresEncodableElement, PostgresDecodableElement {
    public static var postgresType: PostgresType { .float8 }
    public static var postgresArrayType: PostgresType { .float8Array }
    public static var postgresExpectation: String { "double precision" }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(integer: bitPattern)
    }

    public static func accepts(_ type: PostgresType) -> Bool { type == .float8 || type == .float4 }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Double? {
        switch (type, bytes.count) {
        case (.float8, 8): Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
        case (.float4, 4): Double(Float(bitPattern: UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))))
        default: nil
        }
    }
}
