import Logging
import PluginKit

/// One key of the configuration, as `obhut config` lists it and `Docs/configuration.md` explains it.
struct SettingKey: Sendable {
    var name: String
    var kind = ConfigurationSchema.Field.Kind.text
    var fallback: String?
    var isSecret = false
    var help: String

    static let defaultRegionPlugin = "self-hosted"

    static let all: [SettingKey] = http + control + regions + process

    private static let http = [
        SettingKey(name: "http.host", fallback: "127.0.0.1", help: "Address to listen on."),
        SettingKey(name: "http.port", kind: .integer(1...65535), fallback: "8080", help: "Port to listen on."),
        SettingKey(
            name: "http.public_url", kind: .url, fallback: "http://127.0.0.1:8080",
            help: "How the server is reached from outside; begins ingress URLs."),
        SettingKey(
            name: "http.instance", help: "Text that /readyz shows, for whoever started the process to know it by."),
        SettingKey(
            name: "http.idle_timeout_seconds", kind: .integer(1...3600), fallback: "60",
            help: "A connection on which nothing happens for so long is closed."),
        SettingKey(
            name: "http.body_timeout_seconds", kind: .integer(1...3600), fallback: "30",
            help: "How long a request may take to arrive whole, from its head to the end of its body."),
    ]

    private static let control = [
        SettingKey(name: "control.url", isSecret: true, help: "Control database, as obhut_control."),
        SettingKey(
            name: "control.owner_url", isSecret: true,
            help: "Control database, as obhut_owner; for obhut migrate alone."),
        SettingKey(name: "control.key_file", help: "Key file of the control plane."),
        SettingKey(
            name: "control.first_start", kind: .boolean, fallback: "false",
            help: "Whether the control plane's key file may be made when it is missing."),
    ]

    private static let regions = [
        SettingKey(name: "regions", kind: .list, help: "Names of the regions served here, separated by commas."),
        SettingKey(
            name: "region.<name>.plugin", fallback: defaultRegionPlugin, help: "Storage-region plugin of a region."),
        SettingKey(
            name: "region.<name>.<key>", help: "What that plugin is configured with; obhut plugins lists the keys."),
    ]

    private static let process = [
        SettingKey(
            name: "workers.enabled", kind: .boolean, fallback: "true",
            help: "Whether this process delivers what is queued."),
        SettingKey(
            name: "tenants.erasure_delay_days", kind: .integer(0...365), fallback: "30",
            help: "Days from the end of a tenant's contract to the erasure of its data, unless said otherwise."),
        SettingKey(
            name: "database.connections", kind: .integer(1...500), fallback: "8",
            help: "Connections to each shard and role, at most."),
        SettingKey(
            name: "egress.exceptions", kind: .list, fallback: "",
            help: "Private addresses that may be dialled, host:port or CIDR, separated by commas."),
        SettingKey(name: "migrations", help: "Folder with control/ and region/; found by itself beside the package."),
        SettingKey(
            name: "metrics.token", isSecret: true,
            help:
                "Bearer token that opens /metrics and nothing else, of 32 characters or more; staff tokens open it too."
        ),
        SettingKey(
            name: "log.level", kind: .oneOf(Logger.Level.allCases.map(\.rawValue)), fallback: "info",
            help: "From which level on log lines are written."),
    ]

    /// Stands for several keys.
    var isPattern: Bool { name.contains("<") }

    var field: ConfigurationSchema.Field {
        ConfigurationSchema.Field(name, kind, required: false, secret: isSecret, fallback: fallback, help: help)
    }
}
