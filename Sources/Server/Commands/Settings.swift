import ArgumentParser
import Configuration
import Foundation
import Logging
import Platform
import PluginKit

/// One key of the configuration, as `obhut config` lists it.
struct SettingKey: Sendable {
    var name: String
    var fallback: String?
    var isSecret = false
    var help: String

    static let all: [SettingKey] = [
        SettingKey(name: "http.host", fallback: "127.0.0.1", help: "Address to listen on."),
        SettingKey(name: "http.port", fallback: "8080", help: "Port to listen on."),
        SettingKey(
            name: "http.public_url", fallback: "http://127.0.0.1:8080",
            help: "How the server is reached from outside; begins ingress URLs."),
        SettingKey(
            name: "http.instance", help: "Text that /readyz shows, for whoever started the process to know it by."),
        SettingKey(name: "control.url", isSecret: true, help: "Control database, as obhut_control."),
        SettingKey(
            name: "control.owner_url", isSecret: true,
            help: "Control database, as obhut_owner; for obhut migrate alone."),
        SettingKey(name: "control.key_file", help: "Key file of the control plane."),
        SettingKey(
            name: "control.first_start", fallback: "false",
            help: "Whether the control plane's key file may be made when it is missing."),
        SettingKey(name: "regions", help: "Names of the regions served here, separated by commas."),
        SettingKey(name: "region.<name>.plugin", fallback: "self-hosted", help: "Storage-region plugin of a region."),
        SettingKey(
            name: "region.<name>.<key>", help: "What that plugin is configured with; obhut plugins lists the keys."),
        SettingKey(name: "workers.enabled", fallback: "true", help: "Whether this process delivers what is queued."),
        SettingKey(name: "database.connections", fallback: "8", help: "Connections to each shard and role, at most."),
        SettingKey(
            name: "egress.exceptions", fallback: "",
            help: "Private addresses that may be dialled, host:port or CIDR, separated by commas."),
        SettingKey(name: "migrations", help: "Folder with control/ and region/; found by itself beside the package."),
        SettingKey(
            name: "log.level", fallback: "info", help: "trace, debug, info, notice, warning, error or critical."),
    ]
}

/// A setting that is missing or wrong, in one sentence.
struct SettingsError: Error, CustomStringConvertible {
    var description: String
}

/// Settings from a JSON file, then `OBHUT_…` in the environment, then `--set key=value`; the later wins.
struct Settings: Sendable {
    let reader: ConfigReader

    init(
        file: String?, flags: [String], environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        var given: [AbsoluteConfigKey: ConfigValue] = [:]
        for flag in flags {
            guard let split = flag.firstIndex(of: "="), split != flag.startIndex else {
                throw SettingsError(description: "--set \(flag): expected key=value")
            }
            let key = flag[..<split].split(separator: ".").map(String.init)
            given[AbsoluteConfigKey(key)] = ConfigValue(
                .string(String(flag[flag.index(after: split)...])), isSecret: false)
        }
        var providers: [any ConfigProvider] = [
            InMemoryProvider(values: given),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "obhut"),
        ]
        if let file {
            do {
                providers.append(try await FileProvider<JSONSnapshot>(filePath: .init(file)))
            } catch {
                throw SettingsError(description: "the configuration file \(file) cannot be read: \(error)")
            }
        }
        reader = ConfigReader(providers: providers)
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

    func integer(_ name: String, _ range: ClosedRange<Int>) throws -> Int {
        let text = try text(name)
        guard let value = Int(text), range.contains(value) else {
            throw SettingsError(
                description:
                    "\(name): expected a whole number from \(range.lowerBound) to \(range.upperBound), found \"\(text)\""
            )
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

    func list(_ name: String) -> [String] {
        (optional(name) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter {
            !$0.isEmpty
        }
    }

    var logLevel: Logger.Level { optional("log.level").flatMap(Logger.Level.init(rawValue:)) ?? .info }

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
            let plugin = optional("region.\(name).plugin") ?? "self-hosted"
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

    func load() async throws -> Settings { try await Settings(file: config, flags: set) }
}
