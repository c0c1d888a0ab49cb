import Logging
public import PluginKit
public import Postgres
public import ServiceLifecycle

/// One database of a region: its connections by role, and the keys of the tenants that live there.
public final class Shard: Sendable {
    public let id: ShardID
    public let region: RegionID
    /// As `obhut_app`: acts for one tenant at a time.
    public let app: PostgresClient
    /// As `obhut_worker`: claims queue lanes across tenants, then acts as the tenant.
    public let worker: PostgresClient
    let keys: KeyRing
    /// What an agreement must cover of the region.
    let regionKeys: RegionKeys

    init(
        _ address: ShardAddress, region: any StorageRegion, appConnections: Int, workerConnections: Int, logger: Logger
    ) throws {
        guard let id = ShardID(rawValue: address.id), let regionID = RegionID(rawValue: region.id) else {
            throw StorageRegionError(
                region: region.id, reason: "the names of regions and shards may have only a-z, 0-9 and -")
        }
        self.id = id
        self.region = regionID
        app = try Shard.client(address.appURL, appConnections, "obhut-app", logger)
        worker = try Shard.client(address.workerURL, workerConnections, "obhut-worker", logger)
        regionKeys = RegionKeys(region.id, region.jurisdiction)
        keys = KeyRing(store: region.keyStore, database: app)
    }

    private static func client(
        _ url: Secret<String>, _ connections: Int, _ name: String, _ logger: Logger
    ) throws(PostgresError) -> PostgresClient {
        var configuration = try PostgresConfiguration(url: url.revealed)
        configuration.applicationName = name
        configuration.pool.maximum = connections
        configuration.pool.minimum = 1
        configuration.statementTimeout = .seconds(15)
        configuration.lockTimeout = .seconds(5)
        configuration.idleInTransactionTimeout = .seconds(30)
        return PostgresClient(configuration: configuration, logger: logger)
    }
}

/// The setting that row-level security reads; set for one transaction only, never for a session.
func asTenant(_ tenant: TenantID) -> [(String, String)] {
    [("app.tenant_id", tenant.description)]
}

extension PostgresQuery {
    /// Changes the tenant within a transaction that serves several.
    static func tenant(_ tenant: TenantID) -> PostgresQuery {
        var query = PostgresQuery("tenant.set", "SELECT set_config('app.tenant_id', $1, true)", [tenant.description])
        query.isSetting = true
        return query
    }
}
