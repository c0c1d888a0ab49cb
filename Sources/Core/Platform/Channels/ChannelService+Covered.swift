import PluginKit
import Postgres

extension ChannelService {
    /// - Throws: `.conflict` when the tenant's agreement, as far as its annexes are known, does not cover what leaves through the plugin.
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
        guard !covered.include(FlowKeys.keys(of: plugin.manifest)) else { return }
        let refusal = Refusal(.dataFlowNotCovered)
        throw PlatformError(.conflict, refusal.sentence, remedy: refusal.remedy)
    }
}
