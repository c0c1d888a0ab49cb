public import struct Foundation.Date

/// A company that talks with its customers: the controller (Art. 4(7) GDPR).
public struct Tenant: Sendable, Hashable {
    public var id: TenantID
    public var name: String
    public var region: RegionID
    public var shard: ShardID
    public var state: TenantState
    public var createdAt: Date
}

/// What an API key may do.
public enum Scope: String, Sendable, Hashable, CaseIterable {
    case messagesRead = "messages:read"
    case messagesWrite = "messages:write"
    case contactsRead = "contacts:read"
    case consentsRead = "consents:read"
    case consentsWrite = "consents:write"
}

public struct APIKey: Sendable, Hashable {
    public var id: APIKeyID
    public var tenant: TenantID
    public var label: String
    /// The token's first characters, to tell keys apart.
    public var prefix: String
    public var scopes: Set<Scope>
    public var createdAt: Date
    public var expiresAt: Date?
    public var revokedAt: Date?
    public var lastUsedAt: Date?
}

/// Who calls a tenant route, after the key was checked.
public struct Caller: Sendable, Hashable {
    public var tenant: TenantID
    public var region: RegionID
    public var shard: ShardID
    public var key: APIKeyID
    public var scopes: Set<Scope>
}
