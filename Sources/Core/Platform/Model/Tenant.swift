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
