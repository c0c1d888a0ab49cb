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
            }
        }
        return RegionDirectory(regions: regions, shards: shards)
    }

    private func open(_ wanted: RegionConfiguration) async throws -> any StorageRegion {
        guard let plugin = plugins.storageRegions[wanted.plugin] else {
            let known = plugins.storageRegions.keys.sorted().joined(separator: ", ")
            throw StorageRegionError(
                region: wanted.id.rawValue, reason: "there is no storage-region plugin \"\(wanted.plugin)\"; known are: \(known)")
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
                region: region.id, reason: "\(place.country) is not in the European Economic Area, so no tenant can live there")
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
