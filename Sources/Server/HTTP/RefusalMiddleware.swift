import Hummingbird
import Outbound
import Platform

/// Counts requests without a key in force, for the audit trail. Who is known and may not is entered by `Access`, one by one.
struct RefusalMiddleware: RouterMiddleware {
    let tally: RefusalTally
    let clients: ClientAddresses

    func handle(
        _ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as PlatformError where error.code == .unauthenticated {
            let route = RequestMetrics.route(context.endpointPath)
            tally.count(
                surface: RequestMetrics.surface(route), route: "\(RequestMetrics.method(request.method)) \(route)",
                source: clients.address(of: request, context)?.bytes)
            throw error
        }
    }
}

extension IPAddress {
    /// Four or sixteen, as they go over the wire.
    fileprivate var bytes: [UInt8] {
        switch unmapped {
        case .v4(let bits): withUnsafeBytes(of: bits.bigEndian) { Array($0) }
        case .v6(let bits): withUnsafeBytes(of: bits.bigEndian) { Array($0) }
        }
    }
}
