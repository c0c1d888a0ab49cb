import PluginKit
import Postgres

import struct Foundation.Date

/// Gathers what fills an agreement: from the provider's and the tenant's details, the region's jurisdiction and the plugins.
struct AgreementFactsSource: Sendable {
    let tenants: TenantService
    let provider: ProviderService
    let directory: RegionDirectory
    let plugins: PluginRegistry

    /// - Parameter objected: flows that the tenant does not want: they are kept off for it, so its annexes do not name them.
    func facts(
        for tenant: Tenant, reference: String, objectionDays: Int, without objected: Set<String>, at moment: Date
    ) async throws -> AgreementFacts {
        let provider = try await provider.require()
        let controller = try await tenants.details(tenant.id)
        guard let region = directory.regions[tenant.region] else {
            throw PlatformError(
                .unavailable, "The tenant's region is not served here.", remedy: "Ask a process that serves it.")
        }
        return AgreementFacts(
            reference: reference, date: String(moment.rfc3339.prefix(10)), provider: provider.party,
            controller: try controller.party(named: tenant.name), processing: controller.processing,
            region: AgreementRegion(id: tenant.region.rawValue, region.jurisdiction),
            recipients: recipients(without: objected), measures: Self.measures,
            terms: AgreementTerms(
                objectionDays: objectionDays, governingLaw: provider.governingLaw, venue: provider.venue))
    }

    /// Those that this version carries out by itself. Backups are whoever runs the installation's, and a single person is not erased
    /// yet: an annex must not promise what nobody here knows to be so.
    private static let measures = AgreementMeasure.catalogue.filter {
        !["backups", "erasure-by-key-destruction"].contains($0.id)
    }

    /// Every flow of the plugins that a tenant can use.
    private func recipients(without objected: Set<String>) -> [AgreementRecipient] {
        offered.flatMap { manifest in
            manifest.dataFlows
                .filter { !objected.contains(FlowKeys.key(of: $0, plugin: manifest.name)) }
                .map { AgreementRecipient(plugin: manifest.name, $0) }
        }
    }

    /// The keys of the same flows.
    func flows(without objected: Set<String>) -> [String] {
        offered.flatMap { FlowKeys.keys(of: $0) }.filter { !objected.contains($0) }
    }

    private var offered: [PluginManifest] {
        plugins.manifests.filter { $0.kind != "storage region" }.map(\.manifest)
    }
}
