import Platform
import PluginKit

extension Settings {
    func sessionLimits() throws -> SessionLimits {
        SessionLimits(
            absolute: Double(try integer("console.session_hours")) * 3600,
            idle: Double(try integer("console.idle_minutes")) * 60)
    }

    /// Those that `oidc.providers` names, in that order.
    func openIDProviders() throws -> [OpenIDProvider] {
        try list("oidc.providers").map { name in
            guard RegionID(rawValue: name) != nil else {
                throw SettingsError(description: "oidc.providers: \"\(name)\" is no name; use a-z, 0-9 and -")
            }
            func text(_ key: String) throws -> String {
                guard let value = optional("oidc.\(name).\(key)"), !value.isEmpty else {
                    let help = SettingKey.openIDProvider.first { $0.name == key }?.help ?? ""
                    throw SettingsError(description: "oidc.\(name).\(key) is not set. \(help) See obhut config.")
                }
                return value
            }
            return OpenIDProvider(
                name: name, issuer: try text("issuer"), clientID: try text("client_id"),
                clientSecret: Secret(try text("client_secret")), label: optional("oidc.\(name).label") ?? name)
        }
    }
}
