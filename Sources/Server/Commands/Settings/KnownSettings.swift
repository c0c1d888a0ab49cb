import PluginKit

/// Every key that means something here: those of `SettingKey.all`, and for each region what its plugin can be configured with.
struct KnownSettings: Sendable {
    let plugins: PluginRegistry
    /// Name of each region's plugin.
    let regions: [String: String]
    /// Names of the OpenID Connect providers.
    let providers: Set<String>

    /// Finds the regions that are named anywhere; the first of flags, environment and file that names a region's plugin wins.
    init(plugins: PluginRegistry, flags: [GivenSetting], environment: [String: String], file: [GivenSetting]) {
        func text(_ key: String) -> String? {
            (flags.last { $0.key == key }?.value.settingText(for: .list)) ?? environment[
                SettingsEnvironment.name(of: key)]
                ?? (file.last { $0.key == key }?.value.settingText(for: .list))
        }
        var names = Set(text("regions")?.listItems ?? [])
        for given in flags + file {
            let parts = given.key.split(separator: ".")
            if parts.count > 2, parts[0] == "region" { names.insert(String(parts[1])) }
        }
        providers = Set(text("oidc.providers")?.listItems ?? []).union(
            (flags + file).compactMap { given in
                let parts = given.key.split(separator: ".")
                return parts.count > 2 && parts[0] == "oidc" ? String(parts[1]) : nil
            })
        self.plugins = plugins
        regions = Dictionary(
            uniqueKeysWithValues: names.map { ($0, text("region.\($0).plugin") ?? SettingKey.defaultRegionPlugin) })
    }

    /// - Returns: nil for a key that means nothing.
    func field(_ key: String) -> ConfigurationSchema.Field? {
        if let known = SettingKey.all.first(where: { $0.name == key && !$0.isPattern }) { return known.field }
        let parts = key.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return nil }
        switch parts[0] {
        case "region": return fields(ofRegion: parts[1]).first { $0.key == key }
        case "oidc": return fields(ofProvider: parts[1]).first { $0.key == key }
        default: return nil
        }
    }

    /// An OpenID Connect provider's keys, spelt out.
    func fields(ofProvider name: String) -> [ConfigurationSchema.Field] {
        SettingKey.openIDProvider.map { key in
            var named = key.field
            named.key = "oidc.\(name).\(key.name)"
            return named
        }
    }

    /// A region's keys, spelt out; nothing but `plugin` when its plugin is not known.
    func fields(ofRegion name: String) -> [ConfigurationSchema.Field] {
        let plugin = regions[name] ?? SettingKey.defaultRegionPlugin
        let choice = ConfigurationSchema.Field(
            "region.\(name).plugin", .oneOf(plugins.storageRegions.keys.sorted()),
            fallback: SettingKey.defaultRegionPlugin,
            help: "Storage-region plugin of the region.")
        let own = (plugins.storageRegions[plugin]?.regionSchema.fields ?? []).map { field in
            var named = field
            named.key = "region.\(name).\(field.key)"
            return named
        }
        return [choice] + own
    }

    /// Whether a key is of a region whose plugin is not known. That the plugin is not known is said once; what its keys would be, nobody
    /// can say.
    func isBeyondJudging(_ key: String) -> Bool {
        let parts = key.split(separator: ".")
        guard parts.count > 2, parts[0] == "region", parts[2] != "plugin" else { return false }
        return plugins.storageRegions[regions[String(parts[1])] ?? SettingKey.defaultRegionPlugin] == nil
    }

    /// All keys, spelt out for the regions that are named somewhere.
    var keys: [String] {
        SettingKey.all.filter { !$0.isPattern }.map(\.name)
            + regions.keys.sorted().flatMap { fields(ofRegion: $0).map(\.key) }
            + providers.sorted().flatMap { fields(ofProvider: $0).map(\.key) }
    }

    /// The key that somebody may have meant.
    func nearest(to key: String) -> String? {
        EditDistance.nearest(to: key, of: keys)
    }
}

/// How many letters to add, drop or change to make one word of another.
enum EditDistance {
    /// The word that is at most three letters away.
    static func nearest(to word: String, of words: some Collection<String>) -> String? {
        let ranked = words.map { ($0, between($0, word)) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
        return ranked.flatMap { $0.1 <= 3 ? $0.0 : nil }
    }

    static func between(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (above, letter) in left.enumerated() {
            var diagonal = row[0]
            row[0] = above + 1
            for (place, other) in right.enumerated() {
                let cost = min(row[place] + 1, row[place + 1] + 1, diagonal + (letter == other ? 0 : 1))
                diagonal = row[place + 1]
                row[place + 1] = cost
            }
        }
        return row[right.count]
    }
}
