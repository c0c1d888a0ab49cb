/// One line makes an enum with string cases a parameter and a column:
/// `extension ConsentState: PostgresEnum {}`.
///
/// The parameter's type is left to the server, so that the same enum fits a `text` column and a `CREATE TYPE … AS ENUM`.
/// An array of it travels as `text[]` (cast it, `$1::mood[]`, for a PostgreSQL enum).
public protocol PostgresEnum: RawRepresentable, PostgresEncodable, PostgresDecodable, PostgresEncodableElement,
    PostgresDecodableElement
where RawValue == String {}

extension PostgresEnum {
    public static var postgresType: PostgresType { .unspecified }
    public static var postgresArrayType: PostgresType { .textArray }
    public static var postgresExpectation: String { "text that is a case of \(Self.self)" }

    public func encode(into buffer: inout PostgresBuffer) {
        rawValue.encode(into: &buffer)
    }

    public static func encode(array: [Self], into buffer: inout PostgresBuffer) {
        buffer.append(array: array, elementType: .text)
    }

    public static func accepts(_ type: PostgresType) -> Bool { String.accepts(type) }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Self? {
        String.decode(bytes, type: type).flatMap(Self.init(rawValue:))
    }
}

/// One line makes an identifier that wraps another value a parameter and a column:
/// `extension TenantID: PostgresRepresentable {}` for a `RawRepresentable` over `UUID`.
public protocol PostgresRepresentable: RawRepresentable, PostgresEncodable, PostgresDecodable, PostgresEncodableElement,
    PostgresDecodableElement
where RawValue: PostgresEncodable & PostgresDecodable & PostgresEncodableElement & PostgresDecodableElement {}

extension PostgresRepresentable {
    public static var postgresType: PostgresType { RawValue.postgresType }
    public static var postgresArrayType: PostgresType { RawValue.postgresArrayType }
    public static var postgresExpectation: String { RawValue.postgresExpectation }
    public var isPostgresNull: Bool { rawValue.isPostgresNull }

    public func encode(into buffer: inout PostgresBuffer) {
        rawValue.encode(into: &buffer)
    }

    public static func accepts(_ type: PostgresType) -> Bool { RawValue.accepts(type) }

    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Self? {
        RawValue.decode(bytes, type: type).flatMap(Self.init(rawValue:))
    }
}
