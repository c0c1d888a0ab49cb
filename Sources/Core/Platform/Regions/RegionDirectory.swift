import Logging
public import PluginKit

/// The regions this process serves, open.
public struct RegionDirectory: Sendable {
    public let regions: [RegionID: any StorageRegion]
    let shards: [ShardID: Shard]

    /// - Throws: `PlatformError` when the region is not served by this process.
    func shard(_ id: ShardID) throws -> Shard {
        guard let shard = shards[id] else {
            throw PlatformError(
                .unavailable, "The region that holds this tenant's data is not served here.",
                remedy: "Send the request to a server that serves it.")
        }
        return shard
    }

    /// Where a new tenant of a region goes.
    func firstShard(of region: RegionID) -> Shard? {
        shards.values.filter { $0.region == region }.min { $0.id.rawValue < $1.id.rawValue }
    }
}
