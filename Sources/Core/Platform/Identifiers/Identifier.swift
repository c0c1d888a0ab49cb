public import Postgres

public import struct Foundation.Date
public import struct Foundation.UUID

/// A UUID that knows what it names, so that a contact's id never stands where a message's is wanted.
///
/// Written and read as lower-case UUID text, stored as PostgreSQL's `uuid`, ordered by its bytes: ids made by
/// `generate()` sort by the time they were made, here and in the database alike.
public protocol Identifier: PostgresRepresentable, Hashable, Comparable, Sendable, LosslessStringConvertible
where RawValue == UUID {
    init(rawValue: UUID)
}

extension Identifier {
    public init(_ uuid: UUID) {
        self.init(rawValue: uuid)
    }

    /// Reads the 36-character text form; either case is taken, nothing else is.
    public init?(_ description: String) {
        guard let uuid = UUID(uuidString: description) else { return nil }
        self.init(rawValue: uuid)
    }

    /// A new id (UUID version 7) that sorts after every one this process made before.
    public static func generate() -> Self {
        Self(rawValue: UUIDv7Generator.process.next(at: Date()))
    }

    public var description: String { rawValue.uuidString.lowercased() }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
