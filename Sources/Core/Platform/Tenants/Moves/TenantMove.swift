public import struct Foundation.Date

/// A tenant's way from one shard to another, perhaps in another region.
public struct TenantMove: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        /// The tenant was told, and its time to object runs.
        case waitingForNotice = "waiting_for_notice"
        /// What is in hand is finished; nothing new is begun.
        case holding
        /// Nothing is written any more; everything is copied and compared.
        case copying
        /// It lives at the new place; the old one is erased.
        case switched
        case done
        case cancelled
        case failed
    }

    public struct Place: Sendable, Hashable {
        public var region: RegionID
        public var shard: ShardID

        public init(region: RegionID, shard: ShardID) {
            self.region = region
            self.shard = shard
        }
    }

    public var id: TenantMoveID
    public var tenant: TenantID
    public var from: Place
    public var to: Place
    public var approval: ApprovalID
    public var state: State
    public var createdAt: Date
    /// Since when what the tenant asks is refused.
    public var heldAt: Date?
    public var copiedAt: Date?
    public var switchedAt: Date?
    public var endedAt: Date?
    public var cancelAskedAt: Date?
    /// Why it could not go on.
    public var failure: String?
    /// Rows by table, the same on both sides after copying.
    public var rows: [String: Int]?

    public var isOpen: Bool { endedAt == nil }

    /// Whether what was begun is being put back.
    public var isUndone: Bool { cancelAskedAt != nil || failure != nil }
}

/// Where a tenant lives, and the last of its moves.
public struct TenantPlace: Sendable {
    public var tenant: Tenant
    public var move: TenantMove?
}
