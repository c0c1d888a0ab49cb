import PluginKit

/// What a provider says of itself (OpenID Connect Discovery 1.0, 3).
struct OpenIDMetadata: Sendable, Hashable {
    var authorizationEndpoint: String
    var tokenEndpoint: String
    var keysURL: String
    /// Whether it takes the client's secret in the body alone.
    var takesSecretInBody: Bool

    init(_ json: JSON, issuer: String) throws(OpenIDFault) {
        // 4.3: exactly, or another could speak for it.
        guard json["issuer"]?.string == issuer else { throw OpenIDFault("the metadata names another issuer") }
        authorizationEndpoint = try Self.url(json, "authorization_endpoint", issuer)
        tokenEndpoint = try Self.url(json, "token_endpoint", issuer)
        keysURL = try Self.url(json, "jwks_uri", issuer)
        let methods = json["token_endpoint_auth_methods_supported"]?.array?.compactMap(\.string)
        // Not told: client_secret_basic (3).
        takesSecretInBody =
            methods.map { !$0.contains("client_secret_basic") && $0.contains("client_secret_post") } ?? false
    }

    /// Secrets and codes go there: never without TLS, unless the issuer itself has none, as in tests on one machine.
    private static func url(_ json: JSON, _ name: String, _ issuer: String) throws(OpenIDFault) -> String {
        guard let url = json[name]?.string,
            url.hasPrefix("https://") || issuer.hasPrefix("http://") && url.hasPrefix("http://"),
            !url.contains("#")
        else { throw OpenIDFault("the metadata's \(name) is missing or no https URL") }
        return url
    }

    static func address(of issuer: String) -> String {
        (issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer) + "/.well-known/openid-configuration"
    }
}
