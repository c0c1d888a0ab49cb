import Crypto
import PluginKit

/// Which data flows, and which facts of the tenant's region, an agreement's annexes cover.
struct CoveredFlows: Sendable, Hashable {
    /// Nil when the annexes are not known here: what an agreement concluded elsewhere covers, the provider answers for.
    let keys: Set<String>?

    init(_ keys: [String]?) { self.keys = keys.map(Set.init) }

    /// Whether all of them are covered.
    func include(_ flows: [String]) -> Bool { keys.map { keys in flows.allSatisfy(keys.contains) } ?? true }

    /// Whether all of these facts of a region are covered. Keys without any of a region's say nothing of regions: they are of an
    /// agreement from before there were such.
    func include(region facts: [String]) -> Bool {
        guard let keys else { return true }
        return facts.allSatisfy(keys.contains) || !keys.contains { $0.hasPrefix(RegionKeys.prefix) }
    }
}

/// The keys of all plugins' data flows: `plugin/flow/digest`. A flow whose recipient, country, data, purpose or transfer mechanism
/// changes gets another key, so that no agreement made before covers it.
struct FlowKeys: Sendable {
    private let byPlugin: [String: [String]]

    init(_ plugins: PluginRegistry) {
        let known = plugins.manifests.map { ($0.manifest.name, Self.keys(of: $0.manifest)) }
        // A plugin that comes by two protocols has one manifest.
        byPlugin = Dictionary(known) { first, _ in first }
    }

    /// A plugin that is not here passes nothing on.
    func of(_ plugin: String?) -> [String] { plugin.flatMap { byPlugin[$0] } ?? [] }

    static func keys(of manifest: PluginManifest) -> [String] {
        manifest.dataFlows.map { key(of: $0, plugin: manifest.name) }
    }

    static func key(of flow: DataFlow, plugin: String) -> String {
        let content: JSON = [
            "recipient": .string(flow.recipient), "countries": .array(flow.countries.sorted().map { .string($0) }),
            "data": .array(flow.dataCategories.sorted().map { .string($0) }), "purpose": .string(flow.purpose),
            "basis": .string(flow.legalBasis), "transfer": flow.transferMechanism.map { .string($0) } ?? .null,
        ]
        let digest = SHA256.hash(data: content.encoded()).prefix(8)
        return "\(plugin)/\(flow.id)/" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
