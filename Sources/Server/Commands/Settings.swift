import ArgumentParser
import Configuration
import Foundation
import Logging
import Platform
import PluginKit

/// A setting that is missing or wrong, in one sentence.
struct SettingsError: Error, CustomStringConvertible {
    var description: String
}

/// Settings from a JSON file, then `OBHUT_…` in the environment, then `--set key=value`; the later wins.
struct Settings: Sendable {
    let reader: ConfigReader
    let known: KnownSettings
    /// What was given to no effect, a sentence each.
    let warnings: [String]

    /// - Throws: `SettingsError` with all that is wrong, each with its key, what was expected and what was found.
    init(
        file: String?, flags: [String], environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        // An empty variable counts as none: that is how container files leave one out.
        let environment = environment.filter { !$0.value.isEmpty }
        let file = try file.map { try SettingsFile(path: $0) }
        let set = try flags.map(Self.flag)
        known = KnownSettings(
            plugins: try BuiltInPlugins.registry(), flags: set, environment: environment, file: file?.values ?? [])
        var check = SettingsCheck(known)
        let fromFlags = check.provider(set, in: "--set")
        let fromFile = check.provider(file?.values ?? [], in: file?.path ?? "")
        check.environment(environment)
        try check.finish()
        reader = ConfigReader(providers: [
            fromFlags, EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "obhut"),
            fromFile,
        ])
        warnings = SettingsEnvironment.warnings(environment, known)
    }

    private static func flag(_ flag: String) throws(SettingsError) -> GivenSetting {
        guard let split = flag.firstIndex(of: "="), split != flag.startIndex else {
            throw SettingsError(description: "--set \(flag): expected key=value")
        }
        return GivenSetting(key: String(flag[..<split]), value: .string(String(flag[flag.index(after: split)...])))
    }

    /// The value, or the key's default.
    func optional(_ name: String) -> String? {
        let key = ConfigKey(name.split(separator: ".").map(String.init))
        return reader.string(forKey: key) ?? SettingKey.all.first { $0.name == name }?.fallback
    }

    func text(_ name: String) throws -> String {
        guard let value = optional(name), !value.isEmpty else {
            let help = SettingKey.all.first { $0.name == name }?.help ?? ""
            throw SettingsError(description: "\(name) is not set. \(help) See obhut config.")
        }
        return value
    }

    func integer(_ name: String) throws -> Int {
        let text = try text(name)
        guard let value = Int(text) else {
            throw SettingsError(description: "\(name): expected a whole number, found \"\(text)\"")
        }
        return value
    }

    func boolean(_ name: String) throws -> Bool {
        let text = try text(name)
        guard let value = Bool(text) else {
            throw SettingsError(description: "\(name): expected true or false, found \"\(text)\"")
        }
        return value
    }

    func list(_ name: String) -> [String] { (optional(name) ?? "").listItems }

    func timeouts() throws -> ServerTimeouts {
        ServerTimeouts(
            idle: .seconds(Int64(try integer("http.idle_timeout_seconds"))),
            body: .seconds(Int64(try integer("http.body_timeout_seconds"))))
    }

    func limits() throws -> RequestLimits {
        RequestLimits(
            tenant: try integer("limits.tenant_requests_per_second"),
            staff: try integer("limits.staff_requests_per_second"),
            anonymous: try integer("limits.anonymous_requests_per_second"))
    }

    func logLevel() throws -> Logger.Level {
        let text = try text("log.level")
        guard let level = Logger.Level(rawValue: text) else {
            throw SettingsError(description: "log.level: expected a level, found \"\(text)\"")
        }
        return level
    }

    /// The regions, with whatever their plugins' schemas name.
    func regions(_ plugins: PluginRegistry) throws -> [RegionConfiguration] {
        let names = list("regions")
        guard !names.isEmpty else {
            throw SettingsError(description: "regions is not set: name at least one region. See obhut config.")
        }
        return try names.map { name in
            guard let id = RegionID(rawValue: name) else {
                throw SettingsError(description: "regions: \"\(name)\" is no name; use a-z, 0-9 and -")
            }
            let plugin = optional("region.\(name).plugin") ?? SettingKey.defaultRegionPlugin
            var values: [String: String] = [:]
            for field in plugins.storageRegions[plugin]?.regionSchema.fields ?? [] {
                values[field.key] = optional("region.\(name).\(field.key)")
            }
            return RegionConfiguration(id: id, plugin: plugin, values: values)
        }
    }

    /// The folder that holds `control/` and `region/`.
    func migrations() throws -> String {
        if let folder = optional("migrations") { return folder }
        let binary = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        var folder = binary.deletingLastPathComponent()
        for _ in 0..<6 {
            if FileManager.default.fileExists(atPath: folder.appending(path: "Migrations/control").path) {
                return folder.appending(path: "Migrations").path
            }
            folder = folder.deletingLastPathComponent()
        }
        let here = FileManager.default.currentDirectoryPath + "/Migrations"
        if FileManager.default.fileExists(atPath: here + "/control") { return here }
        throw SettingsError(description: "the folder Migrations was not found; set migrations")
    }
}

/// What every command that reads the configuration takes.
struct SettingsOptions: ParsableArguments {
    @Option(name: .long, help: "JSON file with the configuration.")
    var config: String?

    @Option(name: .customLong("set"), help: "key=value; stronger than file and environment.")
    var set: [String] = []

    /// - Parameter warn: takes what was given to no effect; says it on standard error unless told otherwise.
    func load(
        warn: (String) -> Void = { StandardError.write("warning: \($0)") }
    ) throws -> Settings {
        let settings = try Settings(file: config, flags: set)
        settings.warnings.forEach(warn)
        return settings
    }
}
