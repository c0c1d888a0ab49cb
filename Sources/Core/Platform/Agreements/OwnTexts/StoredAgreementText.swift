public import struct Foundation.Date

/// A version of a wording that is kept beside the standard one. It never changes; it can be withdrawn.
public struct StoredAgreementText: Sendable, Hashable {
    public var name: AgreementTextName
    public var version: Int
    /// Whose own it is; nil for one that every tenant can be offered.
    public var tenant: TenantID?
    public var storedAt: Date
    /// Nil when nobody of the staff stored it.
    public var storedBy: StaffID?
    /// From when on nothing new is made with it. What was made stays.
    public var withdrawnAt: Date?
}

/// Which of them are wanted.
public struct AgreementTextFilter: Sendable {
    /// Only this tenant's own.
    public var tenant: TenantID?
    public var name: AgreementTextName?

    public init(tenant: TenantID? = nil, name: AgreementTextName? = nil) {
        self.tenant = tenant
        self.name = name
    }
}
