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
