public import FoundationEssentials

/// A `jsonb` value as the bytes of its text. It is written as `jsonb` and read from `json` and `jsonb`.
public struct PostgresJSON: Sendable, Hashable {
    /// UTF-8 text.
    public var data: Data

    public init(_ data: Data) {
        self.data = data
    }

    public init(_ text: String) {
        self.data = Data(text.utf8)
    }

    public init(encoding value: some Encodable, encoder: JSONEncoder = JSONEncoder()) throws {
        self.data = try encoder.encode(value)
    }

    public var string: String { String(decoding: data, as: UTF8.self) }

    public func decode<Value: Decodable>(_ type: Value.Type, decoder: JSONDecoder = JSONDecoder()) throws -> Value {
        try decoder.decode(type, from: data)
    }
}

extension PostgresJSON: PostgresEncodable, PostgresDecodable, PostgresEncodableElement, PostgresDecodableElement {
    public static var postgresType: PostgresType { .jsonb }
    public static var postgresArrayType: PostgresType { .jsonbArray }
    public static var postgresExpectation: String { "jsonb" }

    /// `jsonb`'s binary form is a version byte and the text.
    private static var version: UInt8 { 1 }

    public func encode(into buffer: inout PostgresBuffer) {
        buffer.append(byte: Self.version)
        data.withUnsafeBytes { buffer.append(raw: $0) }
    }

    public static func accepts(_ type: PostgresType) -> Bool { type == .jsonb || type == .json }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> PostgresJSON? {
        if type == .json { return PostgresJSON(Data(bytes)) }
        guard bytes.first == version else { return nil }
        return PostgresJSON(Data(bytes.dropFirst()))
    }
}
