import Postgres

extension TenantService {
    /// How many tenants each region has; none for a region without.
    public func countsByRegion() async throws -> [RegionID: Int] {
        let rows = try await control.query(
            PostgresQuery(
                "tenants.count-by-region",
                """
                SELECT region_id, count(*) AS tenants
                FROM tenants
                WHERE state <> 'erased'
                GROUP BY region_id
                """))
        return Dictionary(
            uniqueKeysWithValues: try rows.map { (try $0.decode("region_id"), try $0.decode("tenants")) })
    }
}
