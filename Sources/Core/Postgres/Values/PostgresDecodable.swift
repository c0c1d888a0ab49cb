/// A value that can be read from a column in PostgreSQL's binary format.
public protocol PostgresDecodable {
    /// What a column must be, in words for an error: `uuid`, `text`.
    static var postgresExpectation: String { get }
    /// Whether a column of this type can be read as `Self`.
    static func accepts(_ type: PostgresType) -> Bool
    /// The value, or nil when the bytes are none of `Self` (out of range, an unknown case).
    static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Self?
    /// What NULL means; nil for a type that cannot be NULL.
    static var postgresNull: Self? { get }
}

extension PostgresDecodable {
    public static var postgresNull: Self? { nil }
}

/// A type whose arrays can be read. Apart from `PostgresDecodable` because `[UInt8]` is a `bytea`, not an array.
public protocol PostgresDecodableElement {
    static var postgresArrayExpectation: String { get }
    static func acceptsArray(_ type: PostgresType) -> Bool
    static func decodeArray(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> [Self]?
}

extension PostgresDecodableElement where Self: PostgresDecodable {
    public static var postgresArrayExpectation: String { "\(postgresExpectation)[]" }

    /// The element's type is in the array's own bytes and is checked there.
    public static func acceptsArray(_ type: PostgresType) -> Bool {
        type.arrayElement.map(Self.accepts) ?? type.isUserDefined
    }

    public static func decodeArray(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> [Self]? {
        var reader = ByteReader(bytes)
        guard let dimensions = reader.integer(Int32.self), reader.integer(Int32.self) != nil,
            let element = reader.integer(UInt32.self).map(PostgresType.init(rawValue:))
        else { return nil }
        if dimensions == 0 { return [] }
        guard dimensions == 1, Self.accepts(element), let count = reader.integer(Int32.self), count >= 0,
            reader.integer(Int32.self) != nil
        else { return nil }
        var array: [Self] = []
        array.reserveCapacity(min(Int(count), reader.remaining / 4))
        for _ in 0..<count {
            guard let length = reader.integer(Int32.self) else { return nil }
            if length < 0 {
                guard let null = Self.postgresNull else { return nil }
                array.append(null)
                continue
            }
            guard let slice = reader.take(Int(length)), let value = Self.decode(slice, type: element) else {
                return nil
            }
            array.append(value)
        }
        return array
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodableElement {
    public static var postgresExpectation: String { Element.postgresArrayExpectation }
    public static func accepts(_ type: PostgresType) -> Bool { Element.acceptsArray(type) }
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> [Element]? {
        Element.decodeArray(bytes, type: type)
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static var postgresExpectation: String { Wrapped.postgresExpectation }
    public static func accepts(_ type: PostgresType) -> Bool { Wrapped.accepts(type) }
    public static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Wrapped?? {
        Wrapped.decode(bytes, type: type).map(Optional.some)
    }
    public static var postgresNull: Wrapped?? { .some(.none) }
}

extension Optional: PostgresDecodableElement where Wrapped: PostgresDecodable & PostgresDecodableElement {}

extension PostgresType {
    /// The element type of the built-in array types this client knows.
    var arrayElement: PostgresType? {
        switch self {
        case .boolArray: .bool
        case .byteaArray: .bytea
        case .nameArray: .name
        case .int2Array: .int2
        case .int4Array: .int4
        case .int8Array: .int8
        case .textArray: .text
        case .varcharArray: .varchar
        case .float4Array: .float4
        case .float8Array: .float8
        case .timestamptzArray: .timestamptz
        case .intervalArray: .interval
        case .uuidArray: .uuid
        case .jsonArray: .json
        case .jsonbArray: .jsonb
        default: nil
        }
    }
}
