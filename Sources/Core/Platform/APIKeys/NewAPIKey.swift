public import Outbound

public import struct Foundation.Date

/// A key that is to be issued.
public struct NewAPIKey: Sendable {
    public var label: String
    public var scopes: Set<Scope>
    public var expiresAt: Date?
    /// From where it may be used; from anywhere when there are none.
    public var allowedAddresses: [AddressBlock]

    public init(
        label: String, scopes: Set<Scope>, expiresAt: Date? = nil, allowedAddresses: [AddressBlock] = []
    ) {
        self.label = label
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.allowedAddresses = allowedAddresses
    }

    /// What is right of it, with its label trimmed.
    func checked(at now: Date) throws(PlatformError) -> NewAPIKey {
        var new = self
        new.label = try Self.label(label)
        guard !scopes.isEmpty else { throw PlatformError.invalid("scopes", "give at least one scope") }
        if let expiresAt, expiresAt <= now { throw PlatformError.invalid("expires_at", "give a time to come") }
        try Self.check(allowedAddresses)
        return new
    }

    static func label(_ text: String) throws(PlatformError) -> String {
        let label = text.trimmed
        guard (1...200).contains(label.unicodeScalars.count), !label.utf8.contains(0) else {
            throw PlatformError.invalid("label", "give 1 to 200 characters")
        }
        return label
    }

    static func check(_ addresses: [AddressBlock]) throws(PlatformError) {
        guard addresses.count <= APIKey.addressLimit else {
            throw PlatformError.invalid("allowed_addresses", "give at most \(APIKey.addressLimit)")
        }
    }
}

/// What is to change of a key. What is not named stays.
public struct APIKeyChange: Sendable {
    public var label: String?
    /// None let it be used from anywhere.
    public var allowedAddresses: [AddressBlock]?

    public init(label: String? = nil, allowedAddresses: [AddressBlock]? = nil) {
        self.label = label
        self.allowedAddresses = allowedAddresses
    }
}

/// How a key is replaced.
public struct APIKeyRotation: Sendable {
    /// How long the old key goes on, at most.
    public var overlap: Duration
    /// When the new one ends; unless said it lives as long as the old one was made to.
    public var expiresAt: Date?

    public static let longestOverlapHours = 720

    public init(overlapHours: Int, expiresAt: Date? = nil) {
        overlap = .seconds(overlapHours * 3600)
        self.expiresAt = expiresAt
    }

    /// When the key that takes the place of another ends.
    func end(after old: APIKey, at now: Date) -> Date? {
        expiresAt ?? old.expiresAt.map { now.addingTimeInterval($0.timeIntervalSince(old.createdAt)) }
    }

    /// When the key that is replaced ends: never later than it would have.
    func overlapEnd(of old: APIKey, at now: Date) -> Date {
        let end = now.addingTimeInterval(Double(overlap.components.seconds))
        return old.expiresAt.map { min($0, end) } ?? end
    }
}
