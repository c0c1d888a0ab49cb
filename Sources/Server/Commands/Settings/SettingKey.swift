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

    static let all: [SettingKey] = http + limits + control + regions + signing + signIn + process

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
        SettingKey(
            name: "http.trusted_proxies", kind: .list, fallback: "",
            help: "Addresses of proxies whose X-Forwarded-For or Forwarded is believed, CIDR, separated by commas."),
    ]

    private static let limits = [
        SettingKey(
            name: "limits.tenant_requests_per_second", kind: .integer(0...1_000_000), fallback: "500",
            help: "Requests a second with one tenant's key, in this process; 0 for no limit."),
        SettingKey(
            name: "limits.staff_requests_per_second", kind: .integer(0...1_000_000), fallback: "50",
            help: "Requests a second of one member of staff, in this process; 0 for no limit."),
        SettingKey(
            name: "limits.anonymous_requests_per_second", kind: .integer(0...1_000_000), fallback: "50",
            help: "Requests a second from one address without a valid key, in this process; 0 for no limit."),
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

    private static let signing = [
        SettingKey(
            name: "signing.certificate_file",
            help: "PEM file with the provider's certificate and its chain, with which it seals."),
        SettingKey(
            name: "signing.key_file", help: "PEM file with the certificate's private key; the same file unless said."),
        SettingKey(name: "signing.key_passphrase", isSecret: true, help: "Passphrase of the private key."),
        SettingKey(
            name: "signing.timestamp_url", kind: .url,
            help: "Authority that says when a seal was made (RFC 3161)."),
    ]

    /// Suffixes of `oidc.<name>.`.
    static let openIDProvider = [
        SettingKey(name: "issuer", kind: .url, help: "The provider's issuer, exactly as its ID tokens name it."),
        SettingKey(name: "client_id", help: "What we are registered as at the provider."),
        SettingKey(name: "client_secret", isSecret: true, help: "The secret of that registration."),
        SettingKey(name: "label", help: "What stands on the button; the name unless said."),
    ]

    private static let signIn =
        [
            SettingKey(
                name: "console.session_hours", kind: .integer(1...24), fallback: "12",
                help: "How long staff stay signed in to the console at most."),
            SettingKey(
                name: "console.idle_minutes", kind: .integer(5...720), fallback: "60",
                help: "After how long without use they are signed out."),
            SettingKey(
                name: "oidc.providers", kind: .list, fallback: "",
                help: "Names of OpenID Connect providers by which staff can sign in, separated by commas."),
        ]
        + openIDProvider.map { key in
            var named = key
            named.name = "oidc.<name>.\(key.name)"
            return named
        }

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
