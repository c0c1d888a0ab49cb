public import FoundationEssentials

extension String: PostgresEncodable, PostgresDecodable, PostgresEncodableElement, PostgresDecodableElement {
    public static var postgresType: PostgresType { .text }
    public static var postgresArrayType: PostgresType { .textArray }
    public static var postgresExpectation: String { "text" }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(contentsOf: utf8)
    }

    /// Text types, enums and other user-defined types whose binary form is text; not `json`, which is a `PostgresJSON`.
    public static func accepts(_ type: PostgresType) -> Bool { type.isTextual && type != .json }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> String? {
        String(validating: bytes, as: UTF8.self)
    }
}

extension UInt8: PostgresEncodableElement, PostgresDecodableElement {
    public static var postgresArrayType: PostgresType { .bytea }
    public static var postgresArrayExpectation: String { "bytea" }

    public static func encode(array: [UInt8], into buffer: inout PostgresBuffer) {
        buffer.append(contentsOf: array)
    }

    public static func acceptsArray(_ type: PostgresType) -> Bool { type == .bytea }

    public static func decodeArray(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> [UInt8]? {
        Array(bytes)
    }
}

extension Array: PostgresEncodableElement where Element == UInt8 {
    public static var postgresArrayType: PostgresType { .byteaArray }
}

extension Array: PostgresDecodableElement where Element == UInt8 {}

extension Data: PostgresEncodable, PostgresDecodable, PostgresEncodableElement, PostgresDecodableElement {
    public static var postgresType: PostgresType { .bytea }
    public static var postgresArrayType: PostgresType { .byteaArray }
    public static var postgresExpectation: String { "bytea" }

    public func encode(into buffer: inout PostgresBuffer) {
        withUnsafeBytes { buffer.append(raw: $0) }
    }

    public static func accepts(_ type: PostgresType) -> Bool { type == .bytea }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Data? {
        Data(bytes)
    }
}

extension UUID: PostgresEncodable, PostgresDecodable, PostgresEncodableElement, PostgresDecodableElement {
    public static var postgresType: PostgresType { .uuid }
    public static var postgresArrayType: PostgresType { .uuidArray }
    public static var postgresExpectation: String { "uuid" }

    public func encode(into buffer: inout PostgresBuffer) {
        Swift.withUnsafeBytes(of: uuid) { buffer.append(raw: $0) }
    }

    public static func accepts(_ type: PostgresType) -> Bool { type == .uuid }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> UUID? {
        bytes.count == 16 ? UUID(uuid: bytes.loadUnaligned(as: uuid_t.self)) : nil
    }
}
