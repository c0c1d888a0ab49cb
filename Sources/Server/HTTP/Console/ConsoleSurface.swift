import HTTPTypes
import Hummingbird
import Platform

/// One page of the console and who may see it. Pages are not in the OpenAPI document.
struct PageRoute: Sendable, Hashable {
    var method: HTTPRequest.Method
    /// A template, such as `/console/tenants/{tenant}`.
    var path: String
    /// Nil for those by which one signs in.
    var permission: Permission?
}

extension Surface {
    /// A page of the console for members who have the permission: `/console/…`.
    ///
    /// Without a session the answer leads to the sign-in. What is not read but sent (POST) must be a form of a page
    /// of the same session.
    func page(
        _ method: HTTPRequest.Method, _ path: String, _ permission: Permission, by sessions: SessionAccess,
        use handler: @escaping SessionAccess.PageHandler
    ) {
        add(
            PageRoute(method: method, path: template(path), permission: permission),
            sessions.page(permission, handler))
    }

    /// A page by which one signs in. A form must come from a page of ours; there is no session whose token it could carry.
    /// - Parameter refused: what is answered to any other form.
    func openPage(
        _ method: HTTPRequest.Method, _ path: String, publicURL: String, foreignForm refused: Handler? = nil,
        use handler: @escaping Handler
    ) {
        add(PageRoute(method: method, path: template(path), permission: nil)) { request, context in
            guard [.get, .head].contains(request.method) || SameOrigin.isOurs(request, publicURL: publicURL) else {
                if let refused { return try await refused(request, context) }
                throw PlatformError(
                    .forbidden, "The form comes from another site.",
                    remedy: "Open the page anew and send it from there.")
            }
            return try await handler(request, context)
        }
    }

    private func template(_ path: String) -> String { path.isEmpty ? prefix : prefix + "/" + path }

    private func add(_ page: PageRoute, _ handler: @escaping Handler) {
        book.add(page)
        router.on(RouterPath(page.path), method: page.method, use: handler)
    }
}
