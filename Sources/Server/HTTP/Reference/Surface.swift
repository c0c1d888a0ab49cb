import HTTPTypes
import Hummingbird
import Platform
import Synchronization

/// All operations, as they were added.
final class OperationBook: Sendable {
    private let entries = Mutex<[Operation]>([])

    private let consolePages = Mutex<[PageRoute]>([])

    var operations: [Operation] { entries.withLock { $0 } }
    /// The console's, which the reference does not tell.
    var pages: [PageRoute] { consolePages.withLock { $0 } }

    func add(_ operation: Operation) { entries.withLock { $0.append(operation) } }
    func add(_ page: PageRoute) { consolePages.withLock { $0.append(page) } }
}

/// A part of the API under one path. Whatever is added says who may call it and what the reference tells of it.
struct Surface {
    typealias Handler = @Sendable (Request, RequestScope) async throws -> Response
    typealias StaffHandler = @Sendable (Request, RequestScope, Cause) async throws -> Response
    typealias TenantHandler = @Sendable (Request, RequestScope, Caller) async throws -> Response

    let router: Router<RequestScope>
    let access: Access
    let book: OperationBook
    let prefix: String

    func under(_ path: String) -> Surface {
        Surface(router: router, access: access, book: book, prefix: prefix + "/" + path)
    }

    /// A member of staff who may do it.
    func staff(
        _ method: HTTPRequest.Method, _ path: String, _ permission: Permission, _ reference: OperationReference,
        use handler: @escaping StaffHandler
    ) {
        let repeated = RepeatedRequest(
            service: access.installation.idempotency, route: "\(method.rawValue) \(prefix)/\(path)")
        let checked = access.staff(permission) { request, scope, cause in
            try reference.check(request.query)
            let response =
                reference.takesIdempotencyKey
                ? try await repeated.answer(request, scope, cause, use: handler)
                : try await handler(request, scope, cause)
            return method == .get && reference.isVersioned ? try request.unlessKnown(response) : response
        }
        add(method, path, .staff(permission), reference, checked)
    }

    /// A tenant's key with a scope.
    /// - Parameter isMeant: false for a path that fits the template and is none of this surface's; told before any key is looked at.
    func tenant(
        _ method: HTTPRequest.Method, _ path: String, _ scope: Scope, _ reference: OperationReference,
        when isMeant: (@Sendable (Request) -> Bool)? = nil, use handler: @escaping TenantHandler
    ) {
        // Clients made for Meta add what they like, as its API passes it over.
        let isMetas = CloudAPIErrors.isTemplate(prefix + "/" + path)
        let checked = access.tenant(scope) { request, scope, caller in
            if !isMetas { try reference.check(request.query) }
            return try await handler(request, scope, caller)
        }
        add(method, path, .tenant(scope), reference) { request, scope in
            guard isMeant?(request) != false else { throw HTTPError(.notFound) }
            return try await checked(request, scope)
        }
    }

    /// Anybody. What is called checks for itself. What messengers call is not limited, and has parameters of its own.
    /// - Parameters:
    ///   - isLimited: false for what must be answered however many strangers come from the same address.
    ///   - hasOwnQuery: true where a plugin says which query parameters there are.
    func anyone(
        _ method: HTTPRequest.Method, _ path: String, _ reference: OperationReference,
        by caller: Operation.Caller = .anyone, isLimited: Bool = true, hasOwnQuery: Bool = false,
        use handler: @escaping Handler
    ) {
        guard !prefix.hasPrefix("/ingress") else { return add(method, path, caller, reference, handler) }
        let checked: Handler = { request, scope in
            if !hasOwnQuery { try reference.check(request.query) }
            return try await handler(request, scope)
        }
        add(method, path, caller, reference, isLimited ? access.anyone(checked) : checked)
    }

    func watcher(
        _ method: HTTPRequest.Method, _ path: String, _ reference: OperationReference, use handler: @escaping Handler
    ) {
        let checked = access.watcher { request, scope in
            try reference.check(request.query)
            return try await handler(request, scope)
        }
        add(method, path, .watcher, reference, checked)
    }

    private func add(
        _ method: HTTPRequest.Method, _ path: String, _ caller: Operation.Caller, _ reference: OperationReference,
        _ handler: @escaping Handler
    ) {
        let template = prefix + "/" + path
        book.add(Operation(method: method, path: template, caller: caller, reference: reference))
        router.on(RouterPath(template), method: method, use: handler)
    }
}
