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
