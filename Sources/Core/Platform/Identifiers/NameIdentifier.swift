public import Postgres

/// A short name that operators choose: 1 to 63 of `a`–`z`, `0`–`9` and `-`, first a letter, last no `-`.
///
/// That is what a DNS label, a folder, a bucket and a metric's label all take unquoted.
public protocol NameIdentifier: PostgresRepresentable, Hashable, Comparable, Sendable, LosslessStringConvertible
where RawValue == String {}

extension NameIdentifier {
    public init?(_ description: String) {
        self.init(rawValue: description)
    }

    public var description: String { rawValue }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A storage region of the catalogue, e.g. `eu-central`.
public struct RegionID: NameIdentifier {
    public let rawValue: String

    public init?(rawValue: String) {
        guard isName(rawValue) else { return nil }
        self.rawValue = rawValue
    }
}

/// A database within a region; a tenant lives whole on one.
public struct ShardID: NameIdentifier {
    public let rawValue: String

    public init?(rawValue: String) {
        guard isName(rawValue) else { return nil }
        self.rawValue = rawValue
    }
}

/// The wording of agreements in all its versions, e.g. `clinics`. One wording in the whole installation, whosever it is.
public struct AgreementTextName: NameIdentifier {
    public let rawValue: String

    /// What comes with the platform, in the version that comes with it.
    public static let standard = AgreementTextName(unchecked: "standard")

    public init?(rawValue: String) {
        guard isName(rawValue) else { return nil }
        self.rawValue = rawValue
    }

    private init(unchecked: String) { rawValue = unchecked }
}

private func isName(_ text: String) -> Bool {
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let hyphen = UInt8(ascii: "-")
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
    return letters.contains(first) && last != hyphen
        && bytes.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == hyphen }
}
