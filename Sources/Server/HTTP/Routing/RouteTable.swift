import HTTPTypes
import Synchronization

/// All routes, as templates: looked at only when a request found none, to tell a wrong method from a wrong path.
final class RouteTable: Sendable {
    struct Route: Sendable, Hashable {
        var method: HTTPRequest.Method
        /// Such as `/admin/v1/tenants/{tenant}`.
        var template: String
    }

    private let routes = Mutex<[Route]>([])

    func fill(_ routes: [Route]) { self.routes.withLock { $0 = routes } }

    /// The methods a path can be called with; none when there is no such path.
    func methods(for path: String) -> [HTTPRequest.Method] {
        let parts = path.split(separator: "/")
        let fitting = routes.withLock { $0 }.filter { Self.fits($0.template.split(separator: "/"), parts) }
        return Set(fitting.map(\.method)).sorted { $0.rawValue < $1.rawValue }
    }

    private static func fits(_ template: [Substring], _ path: [Substring]) -> Bool {
        guard template.count == path.count else { return false }
        // What begins with a version is of Meta's shape only when it is spelt as Meta spells it.
        if template.first?.hasPrefix("{") == true, !CloudAPIErrors.speaks("/" + path.joined(separator: "/")) {
            return false
        }
        return zip(template, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
