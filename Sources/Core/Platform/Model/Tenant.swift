public import struct Foundation.Date

/// A company that talks with its customers: the controller (Art. 4(7) GDPR).
public struct Tenant: Sendable, Hashable {
    public var id: TenantID
    public var name: String
    public var region: RegionID
    public var shard: ShardID
    public var state: TenantState
    public var createdAt: Date
    /// Grows with every change of the tenant or of its details.
    public var revision: Int
    /// Why it is suspended or terminated.
    public var stateReason: String?
    public var stateSince: Date
    public var terminatedAt: Date?
    /// From when on the data of a terminated tenant are erased.
    public var eraseAfter: Date?
    public var erasedAt: Date?
}

/// Which tenants are looked for, and in which order.
public struct TenantQuery: Sendable, Hashable {
    public enum Order: String, Sendable, CaseIterable {
        /// Oldest first.
        case created
        case name
    }

    /// Part of a name, in whatever case.
    public var text: String?
    public var state: TenantState?
    public var region: RegionID?
    public var order: Order

    public init(
        text: String? = nil, state: TenantState? = nil, region: RegionID? = nil, order: Order = .created
    ) {
        self.text = text
        self.state = state
        self.region = region
        self.order = order
    }
}

/// What is to change of a tenant. What is not named stays.
public struct TenantChange: Sendable {
    public var name: String?
    public var details: ControllerDetailsChange?
    /// `onboarding`, `active` or `suspended`; a contract is ended by `TenantService.terminate`.
    public var state: TenantState?
    /// Why; needed to suspend.
    public var reason: String?

    public init(
        name: String? = nil, details: ControllerDetailsChange? = nil, state: TenantState? = nil, reason: String? = nil
    ) {
        self.name = name
        self.details = details
        self.state = state
        self.reason = reason
    }
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
    /// Everything at once (Art. 20 GDPR); the one scope that outlives the contract, until the data are erased.
    case exportRead = "export:read"
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
    /// The contract is over: of its key's scopes only `export:read` is left.
    public var isTerminated = false
}
