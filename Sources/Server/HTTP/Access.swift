import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// Who may call a route. Every route is added through a `Surface`, which asks here, so that none is open by oversight.
struct Access: Sendable {
    let installation: Installation
    /// Opens the metrics and nothing else: `metrics.token`.
    var metricsToken: Secret<String>?

    /// A tenant's key with a scope.
    func tenant(_ scope: Scope, _ handle: @escaping Surface.TenantHandler) -> Surface.Handler {
        { request, context in
            let caller = try await installation.apiKeys.authenticate(token: try Self.bearer(request))
            guard caller.scopes.contains(scope) else {
                try await refused(
                    request, context, Principal(.apiKey, id: caller.key.description), in: .tenant(caller.tenant))
                throw PlatformError(
                    .forbidden, "The key lacks the scope \(scope.rawValue).",
                    remedy: "Have the provider issue a key with that scope.")
            }
            return try await handle(request, context, caller)
        }
    }

    /// A member of staff who may do it, by token.
    func staff(_ permission: Permission, _ handle: @escaping Surface.StaffHandler) -> Surface.Handler {
        { request, context in
            guard let member = try await installation.adminTokens.authenticate(token: try Self.bearer(request)) else {
                throw Self.unauthenticated
            }
            guard member.may(permission) else {
                try await refused(request, context, .staff(member), in: .control)
                throw Self.forbidden(permission)
            }
            return try await handle(request, context, Cause(.staff(member), requestID: context.requestID))
        }
    }

    /// Whoever watches: the token made for that, or a staff member's. On a loopback address too: a proxy in front would make all the
    /// world come from there.
    func watcher(_ handle: @escaping Surface.Handler) -> Surface.Handler {
        let staff = staff(.installationRead) { request, context, _ in try await handle(request, context) }
        return { request, context in
            if let metricsToken, ConstantTime.equal(metricsToken.revealed.utf8, try Self.bearer(request).utf8) {
                return try await handle(request, context)
            }
            return try await staff(request, context)
        }
    }

    /// Whoever we know and do not let in stands in the trail.
    func refused(
        _ request: Request, _ context: RequestScope, _ principal: Principal, in chain: AuditChain
    ) async throws {
        // The template: a path may hold what somebody typed.
        let route = "\(request.method.rawValue) \(context.endpointPath ?? "none")"
        try await installation.audit.enter(
            AuditRecord(
                "access.refused", .init("route", route), Cause(principal, requestID: context.requestID),
                outcome: .refused), in: chain)
    }

    static func forbidden(_ permission: Permission) -> PlatformError {
        let roles = Role.allCases.filter { $0.permissions.contains(permission) }.map(\.rawValue)
        return PlatformError(
            .forbidden, "This needs the permission \(permission.rawValue).",
            remedy: "Ask a colleague who is \(roles.formatted(.list(type: .or))).")
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
