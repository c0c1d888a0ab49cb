import Hummingbird
import Platform

/// Counts requests without a key in force, for the audit trail. Who is known and may not is entered by `Access`, one by one.
struct RefusalMiddleware: RouterMiddleware {
    let tally: RefusalTally

    func handle(
        _ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as PlatformError where error.code == .unauthenticated {
            let route = RequestMetrics.route(context.endpointPath)
            tally.count(
                surface: RequestMetrics.surface(route), route: "\(RequestMetrics.method(request.method)) \(route)",
                source: context.sourceAddress)
            throw error
        }
    }
}
