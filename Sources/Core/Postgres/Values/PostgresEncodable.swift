/// A value that can be a statement's parameter. It travels in binary, with its type, and is never part of the SQL.
public protocol PostgresEncodable: Sendable {
    /// The parameter's type as told to the server.
    static var postgresType: PostgresType { get }
    /// True for SQL NULL; `encode(into:)` is then not called.
    var isPostgresNull: Bool { get }
    /// Appends the value in PostgreSQL's binary format, without a length before it.
    func encode(into buffer: inout PostgresBuffer)
}

extension PostgresEncodable {
    public var isPostgresNull: Bool { false }
}

/// A type whose arrays can be a parameter. Apart from `PostgresEncodable` because `[UInt8]` is a `bytea`, not an array.
public protocol PostgresEncodableElement: Sendable {
    /// The type of an array of `Self`.
    static var postgresArrayType: PostgresType { get }
    static func encode(array: [Self], into buffer: inout PostgresBuffer)
}

extension PostgresEncodableElement where Self: PostgresEncodable {
    public static func encode(array: [Self], into buffer: inout PostgresBuffer) {
        buffer.append(array: array, elementType: postgresType)
    }
}

extension PostgresBuffer {
    /// One-dimensional array: dimensions, "has nulls", element type, length, lower bound, then each element with its length
    /// (-1 for NULL), as `array_recv` in PostgreSQL reads it.
    mutating func append<Element: PostgresEncodable>(array: [Element], elementType: PostgresType) {
        append(integer: Int32(array.isEmpty ? 0 : 1))
        append(integer: Int32(array.contains(where: \.isPostgresNull) ? 1 : 0))
        append(integer: (elementType == .unspecified ? .text : elementType).rawValue)
        if array.isEmpty { return }
        append(integer: Int32(clamping: array.count))
        append(integer: Int32(1))
        for element in array {
            let lengthAt = count
            append(integer: Int32(-1))
            if element.isPostgresNull { continue }
            element.encode(into: &self)
            set(length: count - lengthAt - 4, at: lengthAt)
        }
    }
}

extension Array: PostgresEncodable where Element: PostgresEncodableElement {
    public static var postgresType: PostgresType { Element.postgresArrayType }

    public func encode(into buffer: inout PostgresBuffer) {
        Element.encode(array: self, into: &buffer)
    }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var postgresType: PostgresType { Wrapped.postgresType }

    public var isPostgresNull: Bool {
        switch self {
        case .none: true
        case .some(let wrapped): wrapped.isPostgresNull
        }
    }

    public func encode(into buffer: inout PostgresBuffer) {
        self?.encode(into: &buffer)
    }
}

extension Optional: PostgresEncodableElement where Wrapped: PostgresEncodable & PostgresEncodableElement {
    public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
}
