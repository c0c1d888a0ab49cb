/// The plugins of one process, filled once at startup and then only read.
public struct PluginRegistry: Sendable {
    public private(set) var channels: [String: any ChannelPlugin] = [:]
    public private(set) var consentSources: [String: any ConsentSourcePlugin] = [:]
    public private(set) var storageRegions: [String: any StorageRegionPlugin] = [:]

    public init() {}

    public mutating func register(channel plugin: any ChannelPlugin) throws(PluginRefusal) {
        try check(plugin, known: channels.keys.contains(plugin.manifest.name))
        channels[plugin.manifest.name] = plugin
    }

    public mutating func register(consentSource plugin: any ConsentSourcePlugin) throws(PluginRefusal) {
        try check(plugin, known: consentSources.keys.contains(plugin.manifest.name))
        consentSources[plugin.manifest.name] = plugin
    }

    public mutating func register(storageRegion plugin: any StorageRegionPlugin) throws(PluginRefusal) {
        try check(plugin, known: storageRegions.keys.contains(plugin.manifest.name))
        storageRegions[plugin.manifest.name] = plugin
    }

    /// Every manifest with the protocol it came by, sorted by name.
    public var manifests: [(kind: String, manifest: PluginManifest)] {
        let all =
            channels.values.map { ("channel", $0.manifest) }
            + consentSources.values.map { ("consent source", $0.manifest) }
            + storageRegions.values.map { ("storage region", $0.manifest) }
        return all.sorted { ($0.0, $0.1.name) < ($1.0, $1.1.name) }.map { (kind: $0.0, manifest: $0.1) }
    }

    private func check(_ plugin: any Plugin, known: Bool) throws(PluginRefusal) {
        let manifest = plugin.manifest
        func refuse(_ why: String) -> PluginRefusal { PluginRefusal(plugin: manifest.id, reason: why) }
        guard !known else { throw refuse("another plugin has the name \"\(manifest.name)\" already") }
        let nameIsPlain = manifest.name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
        guard !manifest.name.isEmpty, nameIsPlain else {
            throw refuse("its name \"\(manifest.name)\" may have only a-z, 0-9 and -")
        }
        guard manifest.id.split(separator: ".").count >= 3 else { throw refuse("its id is not in reverse-DNS form") }
        // One plugin may come by two protocols, with one manifest.
        guard !manifests.contains(where: { $0.manifest.id == manifest.id && $0.manifest != manifest }) else {
            throw refuse("another plugin has the id \"\(manifest.id)\" already")
        }
        let major = pluginKitVersion.split(separator: ".").first
        guard manifest.kitVersion.split(separator: ".").first == major else {
            throw refuse(
                "it was made for PluginKit \(manifest.kitVersion), this is \(pluginKitVersion); build it against this one"
            )
        }
        var flows = Set<String>()
        for flow in manifest.dataFlows {
            guard flows.insert(flow.id).inserted else {
                throw refuse("it has two data flows with the id \"\(flow.id)\"")
            }
            let outside = flow.countries.filter { !Jurisdiction.eeaCountries.contains($0) }
            if flow.countries.isEmpty { throw refuse("its data flow \"\(flow.id)\" names no country") }
            if !outside.isEmpty, flow.transferMechanism == nil {
                throw refuse(
                    "its data flow \"\(flow.id)\" goes to \(outside.joined(separator: ", ")) without a transfer mechanism (Art. 44 GDPR)"
                )
            }
        }
    }
}

/// Why a plugin was not taken. It stops the start.
public struct PluginRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    public let plugin: String
    public let reason: String

    public init(plugin: String, reason: String) {
        self.plugin = plugin
        self.reason = reason
    }

    public var description: String { "plugin \(plugin) cannot be used: \(reason)" }
}
