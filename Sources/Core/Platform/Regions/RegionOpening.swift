import Logging
import PluginKit
import Postgres

/// Opens the configured regions through their plugins and records that they were opened.
struct RegionOpening: Sendable {
    let control: PostgresClient
    let plugins: PluginRegistry
    let logger: Logger

    func open(_ configuration: InstallationConfiguration) async throws -> RegionDirectory {
        var regions: [RegionID: any StorageRegion] = [:]
        var shards: [ShardID: Shard] = [:]
        for wanted in configuration.regions {
            let region = try await open(wanted)
            regions[wanted.id] = region
            for address in region.shards {
                let shard = try Shard(
                    address, region: region, appConnections: configuration.appConnections,
                    workerConnections: configuration.workerConnections, logger: logger)
                guard shards.updateValue(shard, forKey: shard.id) == nil else {
                    throw StorageRegionError(region: region.id, reason: "the shard \(shard.id) is configured twice")
                }
                try await check(shard, of: region)
            }
        }
        return RegionDirectory(regions: regions, shards: shards)
    }

    /// A shard that does not answer now is checked before it takes a new tenant; the others must not wait for it.
    private func check(_ shard: Shard, of region: any StorageRegion) async throws {
        do {
            try await shard.keys.check()
        } catch is KeyStoreError {
            throw StorageRegionError(
                region: region.id,
                reason:
                    "its key store holds another key than the data of shard \(shard.id) is sealed with; bring back the key store "
                    + "that belongs to this data, or this data's own database")
        } catch let error as PostgresError where error.isTransient {
            logger.warning("a shard does not answer", metadata: ["shard": "\(shard.id)", "error": "\(error)"])
        }
    }

    private func open(_ wanted: RegionConfiguration) async throws -> any StorageRegion {
        guard let plugin = plugins.storageRegions[wanted.plugin] else {
            let known = plugins.storageRegions.keys.sorted().joined(separator: ", ")
            throw StorageRegionError(
                region: wanted.id.rawValue,
                reason: "there is no storage-region plugin \"\(wanted.plugin)\"; known are: \(known)")
        }
        let values: PluginConfiguration
        do {
            values = try plugin.regionSchema.validate(wanted.values).get()
        } catch {
            throw StorageRegionError(region: wanted.id.rawValue, reason: "its configuration is not right: \(error)")
        }
        let known = try await control.query(
            PostgresQuery("regions.find", "SELECT plugin FROM regions WHERE region_id = $1", [wanted.id]))
        let region = try await plugin.open(id: wanted.id.rawValue, configuration: values, firstStart: known.isEmpty)
        let place = region.jurisdiction
        guard place.isInEEA else {
            throw StorageRegionError(
                region: region.id,
                reason: "\(place.country) is not in the European Economic Area, so no tenant can live there")
        }
        _ = try await control.query(
            PostgresQuery(
                "regions.record",
                """
                INSERT INTO regions (region_id, plugin, country, place, operator, operator_parent, operator_parent_country)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (region_id) DO UPDATE
                SET country = excluded.country, place = excluded.place, operator = excluded.operator,
                    operator_parent = excluded.operator_parent, operator_parent_country = excluded.operator_parent_country
                """,
                [
                    wanted.id, wanted.plugin, place.country, place.place, place.operator, place.operatorParent,
                    place.operatorParentCountry,
                ]))
        return region
    }
}
