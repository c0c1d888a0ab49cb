/// Whether a tenant may be moved to a place.
enum MoveRule {
    enum Refusal: Error, Sendable, Hashable {
        /// It lives there.
        case samePlace
        case over(TenantState)
        case underWay
        case unknownRegion(served: [RegionID])
        case unknownShard(served: [ShardID])
    }

    /// Where a move leads: to the shard that was named, else to the one that new tenants of the region get.
    /// - Parameter served: the shards that this process serves, and the region of each.
    static func target(
        _ tenant: Tenant, region: RegionID, shard: ShardID?, served: [ShardID: RegionID], isMoving: Bool
    ) throws(Refusal) -> TenantMove.Place {
        guard !ProcessingRule.isOver(tenant.state) else { throw .over(tenant.state) }
        guard !isMoving else { throw .underWay }
        let shards = served.filter { $0.value == region }.keys.sorted()
        guard let first = shards.first else { throw .unknownRegion(served: Set(served.values).sorted()) }
        // Without a shard it is another region that is meant, not another shard of its own.
        if shard == nil, region == tenant.region { throw .samePlace }
        let target = shard ?? first
        guard shards.contains(target) else { throw .unknownShard(served: shards) }
        guard target != tenant.shard else { throw .samePlace }
        return TenantMove.Place(region: region, shard: target)
    }
}

extension MoveRule.Refusal {
    var error: PlatformError {
        switch self {
        case .samePlace:
            PlatformError(
                .conflict, "The tenant lives there.", remedy: "Name another region, or another shard of its region.")
        case .over(let state):
            PlatformError(.conflict, "A tenant that is \(state.rawValue) is not moved any more.")
        case .underWay:
            PlatformError(
                .conflict, "The tenant is being moved already.", remedy: "Wait for its end, or cancel it first.")
        case .unknownRegion(let served):
            PlatformError.invalid(
                "region",
                "there is no such region here; served are: \(served.map(\.rawValue).joined(separator: ", "))")
        case .unknownShard(let served):
            PlatformError.invalid(
                "shard", "the region has no such shard; it has: \(served.map(\.rawValue).joined(separator: ", "))")
        }
    }
}
