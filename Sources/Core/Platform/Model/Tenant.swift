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

/// An agreement on processing (Art. 28(3) GDPR) as the control plane records it.
public struct Agreement: Sendable, Hashable {
    public var id: AgreementID
    public var tenant: TenantID
    public var state: AgreementState
    /// The provider's file reference.
    public var reference: String
    /// `YYYY-MM-DD`.
    public var signedOn: String
    public var documentSHA256: [UInt8]?
    public var coversSpecialCategory: Bool
    public var recordedAt: Date
}

public struct NewAgreement: Sendable {
    public var reference: String
    public var signedOn: String
    public var documentSHA256: [UInt8]?
    public var coversSpecialCategory: Bool

    public init(
        reference: String, signedOn: String, documentSHA256: [UInt8]? = nil, coversSpecialCategory: Bool = false
    ) {
        self.reference = reference
        self.signedOn = signedOn
        self.documentSHA256 = documentSHA256
        self.coversSpecialCategory = coversSpecialCategory
    }
}

/// What an API key may do.
public enum Scope: String, Sendable, Hashable, CaseIterable {
    case messagesRead = "messages:read"
    case messagesWrite = "messages:write"
    case contactsRead = "contacts:read"
    case consentsRead = "consents:read"
    case consentsWrite = "consents:write"
    case auditRead = "audit:read"
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
