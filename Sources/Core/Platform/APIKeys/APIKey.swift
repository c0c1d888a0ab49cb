public import Outbound

public import struct Foundation.Date

/// What an API key may do.
public enum Scope: String, Sendable, Hashable, CaseIterable {
    case messagesRead = "messages:read"
    case messagesWrite = "messages:write"
    case contactsRead = "contacts:read"
    case consentsRead = "consents:read"
    case consentsWrite = "consents:write"
    /// What shows that people agreed: texts, pages, acts. Not needed to ask whether somebody may be written to.
    case consentEvidenceRead = "consent_evidence:read"
    /// The tenant's terms of consent, and where it asks people.
    case consentTermsRead = "consent_terms:read"
    case consentTermsWrite = "consent_terms:write"
    /// Everything at once (Art. 20 GDPR); the one scope that outlives the contract, until the data are erased.
    case exportRead = "export:read"
    case auditRead = "audit:read"
    /// Where the tenant is told of things, which hands out what happens in its conversations.
    case webhooksWrite = "webhooks:write"
}

/// A tenant's key, as it is listed: never its token.
public struct APIKey: Sendable, Hashable {
    /// How many ranges of addresses a key may be kept to.
    public static let addressLimit = 50

    public var id: APIKeyID
    public var tenant: TenantID
    public var label: String
    /// The token's first characters, to tell keys apart.
    public var prefix: String
    public var scopes: Set<Scope>
    /// From where it may be used; from anywhere when there are none.
    public var allowedAddresses: [AddressBlock]
    public var createdAt: Date
    public var expiresAt: Date?
    public var revokedAt: Date?
    public var lastUsedAt: Date?
    /// The key in whose place this one was issued.
    public var replaces: APIKeyID?
    /// The key that was issued in the place of this one.
    public var replacedBy: APIKeyID?
    /// Grows with every change; being used is none.
    public var revision: Int

    /// Whether a request may come with it.
    public func isInForce(at now: Date) -> Bool { revokedAt == nil && expiresAt.map { $0 > now } != false }
}

/// Who calls a tenant route, after the key was checked.
public struct Caller: Sendable, Hashable {
    public var tenant: TenantID
    public var region: RegionID
    public var shard: ShardID
    public var key: APIKeyID
    public var scopes: Set<Scope>
    public var allowedAddresses: [AddressBlock] = []
    /// The contract is over: of its key's scopes only `export:read` is left.
    public var isTerminated = false

    /// Whether the key may be used from there. A caller whose address is not known may not use a key that is kept to some.
    public func mayCall(from address: IPAddress?) -> Bool {
        guard !allowedAddresses.isEmpty else { return true }
        guard let address = address?.unmapped else { return false }
        return allowedAddresses.contains { $0.contains(address) }
    }
}
