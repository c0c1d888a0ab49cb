import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// A request by a member who is signed in to the console.
struct Visit: Sendable {
    var member: StaffMember
    var session: ConsoleSession
    /// What each form of the page carries as `csrf`.
    var formToken: String
    var cause: Cause
    /// What a form sent; empty for a page that is read.
    var form = FormFields()
}

/// Who may see a page of the console: by session cookie, which opens pages alone and never the API.
struct SessionAccess: Sendable {
    typealias PageHandler = @Sendable (Request, RequestScope, Visit) async throws -> Response

    /// Pages that tell why one is not shown; who makes the console's pages makes these.
    struct RefusalPages: Sendable {
        /// 403: the member lacks the permission.
        var forbidden: @Sendable (Request, Visit, Permission) async throws -> Response
        /// 403: the form is of another session, or of another site.
        var foreignForm: @Sendable (Request, Visit) async throws -> Response
    }

    static let signInPath = "/console/sign-in"

    let access: Access
    let publicURL: String
    let refusals: RefusalPages

    private var installation: Installation { access.installation }
    private var cookie: ConsoleCookie { ConsoleCookie(.session, publicURL: publicURL) }

    func page(_ permission: Permission, _ handle: @escaping PageHandler) -> Surface.Handler {
        { request, context in
            guard let token = cookie.value(in: request),
                let entrance = try await installation.sessions.authenticate(token)
            else { return Self.toSignIn(request) }
            var visit = Visit(
                member: entrance.member, session: entrance.session,
                formToken: installation.sessions.formToken(of: entrance.session.id),
                cause: Cause(.staff(entrance.member), requestID: context.requestID))
            var response = try await answer(request, context, permission, &visit, handle)
            if let renewed = entrance.renewed { response.headers.append(.setCookie(cookie.setting(renewed))) }
            return response
        }
    }

    private func answer(
        _ request: Request, _ context: RequestScope, _ permission: Permission, _ visit: inout Visit,
        _ handle: PageHandler
    ) async throws -> Response {
        if ![.get, .head].contains(request.method) {
            visit.form = try await request.form()
            guard SameOrigin.isOurs(request, publicURL: publicURL),
                installation.sessions.isFormToken(visit.form["csrf"] ?? "", of: visit.session.id)
            else { return try await refusals.foreignForm(request, visit) }
        }
        guard visit.member.may(permission) else {
            try await access.refused(request, context, visit.cause.principal, in: .control)
            return try await refusals.forbidden(request, visit, permission)
        }
        return try await handle(request, context, visit)
    }

    /// Back to the page that was asked for, once signed in; a form that was sent without a session is lost.
    private static func toSignIn(_ request: Request) -> Response {
        let path = request.uri.string
        let isPage = [.get, .head].contains(request.method) && OpenIDConnectService.isOurs(path)
        let query = isPage ? "?return_to=" + FormText.encode(path) : ""
        return Response(status: .seeOther, headers: [.location: signInPath + query])
    }
}

extension HTTPField {
    fileprivate static func setCookie(_ value: String) -> HTTPField { HTTPField(name: .setCookie, value: value) }
}
