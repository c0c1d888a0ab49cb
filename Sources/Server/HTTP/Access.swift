import Hummingbird
import Platform
import PluginKit

/// Who may call a route. Every route is added through one of these, so that none is open by oversight.
struct Access: Sendable {
    let installation: Installation
    /// Opens the metrics and nothing else: `metrics.token`.
    var metricsToken: Secret<String>?

    /// A tenant's key with a scope.
    func tenant(
        _ scope: Scope, _ handle: @escaping @Sendable (Request, RequestScope, Caller) async throws -> Response
    ) -> @Sendable (Request, RequestScope) async throws -> Response {
        { request, context in
            let caller = try await installation.apiKeys.authenticate(token: try Self.bearer(request))
            guard caller.scopes.contains(scope) else {
                throw PlatformError(
                    .forbidden, "The key lacks the scope \(scope.rawValue).",
                    remedy: "Have the provider issue a key with that scope.")
            }
            return try await handle(request, context, caller)
        }
    }

    /// A staff member's token.
    func admin(
        _ handle: @escaping @Sendable (Request, RequestScope) async throws -> Response
    ) -> @Sendable (Request, RequestScope) async throws -> Response {
        { request, context in
            guard try await installation.adminTokens.authenticate(token: try Self.bearer(request)) else {
                throw Self.unauthenticated
            }
            return try await handle(request, context)
        }
    }

    /// Whoever watches: the token made for that, or a staff member's. On a loopback address too: a proxy in front would make all the
    /// world come from there.
    func watcher(
        _ handle: @escaping @Sendable (Request, RequestScope) async throws -> Response
    ) -> @Sendable (Request, RequestScope) async throws -> Response {
        let staff = admin(handle)
        return { request, context in
            if let metricsToken, ConstantTime.equal(metricsToken.revealed.utf8, try Self.bearer(request).utf8) {
                return try await handle(request, context)
            }
            return try await staff(request, context)
        }
    }

    /// Anybody: the messenger, a load balancer. What is called checks for itself.
    func anyone(
        _ handle: @escaping @Sendable (Request, RequestScope) async throws -> Response
    ) -> @Sendable (Request, RequestScope) async throws -> Response {
        handle
    }

    static let unauthenticated = PlatformError(
        .unauthenticated, "The request carries no valid key.",
        remedy: "Send Authorization: Bearer with a key that is in force.")

    static func bearer(_ request: Request) throws -> String {
        guard let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") else {
            throw unauthenticated
        }
        return String(header.dropFirst(7))
    }
}
