import HTTPTypes
import Hummingbird

/// Says of a request that found no route whether its path or its method is wrong (RFC 9110, 15.5.6).
struct UnknownRouteMiddleware: RouterMiddleware {
    let table: RouteTable
    var limits = RequestLimits.none
    var clients = ClientAddresses()

    func handle(
        _ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            if !request.uri.path.hasPrefix("/ingress/") {
                try limits.take(from: clients.address(of: request, context), context)
            }
            let methods = table.methods(for: request.uri.path)
            guard !methods.isEmpty, !methods.contains(request.method) else { throw error }
            throw Problem.wrongMethod(request.method, allowed: methods)
        }
    }
}
