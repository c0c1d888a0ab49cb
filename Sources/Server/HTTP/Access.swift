import HTTPTypes
import Hummingbird
import Outbound
import Platform
import PluginKit

/// Who may call a route. Every route is added through a `Surface`, which asks here, so that none is open by oversight.
struct Access: Sendable {
    let installation: Installation
    /// Opens the metrics and nothing else: `metrics.token`.
    var metricsToken: Secret<String>?
    var limits = RequestLimits.none
    var clients = ClientAddresses()

    /// Nobody we know, from an address that may come so often.
    func anyone(_ handle: @escaping Surface.Handler) -> Surface.Handler {
        { request, context in
            try limits.take(from: clients.address(of: request, context), context)
            return try await handle(request, context)
        }
    }

    /// A tenant's key with a scope.
    func tenant(_ scope: Scope, _ handle: @escaping Surface.TenantHandler) -> Surface.Handler {
        { request, context in
            let caller = try await known(request, context) { token in
                try await installation.apiKeys.authenticate(token: token)
            }
            try limits.take(caller.key, context)
            let address = clients.address(of: request, context)
            guard caller.mayCall(from: address) else {
                // Whoever holds a key that was taken from its owner is nobody we know.
                try limits.take(from: address, context)
                try await refused(
                    request, context, Principal(.apiKey, id: caller.key.description), in: .tenant(caller.tenant),
                    because: .addressNotAllowed)
                throw Self.wrongAddress
            }
            guard caller.scopes.contains(scope) else {
                try await refused(
                    request, context, Principal(.apiKey, id: caller.key.description), in: .tenant(caller.tenant))
                if caller.isTerminated { throw PlatformError(Refusal(.tenantTerminated)) }
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
            let member = try await known(request, context) { token in
                guard let member = try await installation.adminTokens.authenticate(token: token) else {
                    throw Self.unauthenticated
                }
                return member
            }
            try limits.take(member.id, context)
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

    /// Finds out who calls. Whoever is nobody we know may come so often from an address, so that nobody tries out keys.
    private func known<Who>(
        _ request: Request, _ context: RequestScope, _ find: (String) async throws -> Who
    ) async throws -> Who {
        do {
            return try await find(try Self.bearer(request))
        } catch let error as PlatformError where error.code == .unauthenticated {
            try limits.take(from: clients.address(of: request, context), context)
            throw error
        }
    }

    /// Whoever we know and do not let in stands in the trail.
    func refused(
        _ request: Request, _ context: RequestScope, _ principal: Principal, in chain: AuditChain,
        because code: PlatformError.Code = .forbidden
    ) async throws {
        // The template: a path may hold what somebody typed.
        let route = "\(request.method.rawValue) \(context.endpointPath ?? "none")"
        try await installation.audit.enter(
            AuditRecord(
                "access.refused", .init("route", route), Cause(principal, requestID: context.requestID),
                outcome: .refused, after: ["code": .string(code.rawValue)]), in: chain)
    }

    static func forbidden(_ permission: Permission) -> PlatformError {
        let roles = Role.allCases.filter { $0.permissions.contains(permission) }.map(\.rawValue)
        return PlatformError(
            .forbidden, "This needs the permission \(permission.rawValue).",
            remedy: "Ask a colleague who is \(roles.formatted(.list(type: .or))).")
    }

    static let wrongAddress = PlatformError(
        .addressNotAllowed, "The key may not be used from this address.",
        remedy: "Call from an address that the key allows, or have the provider allow this one.")

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
