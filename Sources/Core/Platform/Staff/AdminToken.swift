public import struct Foundation.Date

/// A staff member's token for the admin API, as it is listed.
public struct AdminToken: Sendable, Hashable {
    public enum State: String, Sendable {
        case active, expired, revoked
    }

    public var id: AdminTokenID
    /// Nil for one from before there were members; it opens nothing.
    public var staff: StaffID?
    public var label: String
    /// The token's first characters, to tell tokens apart.
    public var prefix: String
    public var createdAt: Date
    /// Nil for one that has no end.
    public var expiresAt: Date?
    public var revokedAt: Date?
    /// To the minute.
    public var lastUsedAt: Date?

    public func state(at now: Date) -> State {
        if revokedAt != nil { return .revoked }
        return expiresAt.map { $0 <= now } == true ? .expired : .active
    }
}
