import PluginKit
import Postgres

import struct Foundation.Date

extension ChannelService {
    /// - Throws: `.conflict` when the tenant's agreement, as far as its annexes are known, does not cover what leaves through the plugin,
    ///   or who runs the tenant's region.
    func requireCovered(_ tenant: TenantID, _ plugin: any ChannelPlugin) async throws {
        let rows = try await control.query(
            PostgresQuery(
                "agreements.covered",
                """
                SELECT covered_flows
                FROM agreements
                WHERE tenant_id = $1 AND state IN ('in_force', 'suspended')
                """, [tenant]))
        guard let row = rows.first else { return }
        let covered = CoveredFlows(try row.decode("covered_flows", as: [String]?.self))
        let region = try directory.shard(try await tenants.find(tenant).shard).regionKeys.at(Date())
        let refusal: Refusal
        if !covered.include(region: region) {
            refusal = Refusal(.regionNotCovered)
        } else if !covered.include(FlowKeys.keys(of: plugin.manifest)) {
            refusal = Refusal(.dataFlowNotCovered)
        } else {
            return
        }
        throw PlatformError(.conflict, refusal.sentence, remedy: refusal.remedy)
    }
}
