import Console
import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// `/console`: the provider's staff, by session. Every page is listed here with the permission it needs; `Docs/console.md` tells the same.
struct ConsoleRoutes: Sendable {
    typealias Handler = @Sendable (Turn) async throws -> Response
    typealias OpenHandler = @Sendable (Request, RequestScope) async throws -> Response

    let installation: Installation
    let answers: PageAnswers
    let door: ConsoleDoor
    let publicURL: String

    init(installation: Installation, console: Console, publicURL: String, clients: ClientAddresses) {
        self.installation = installation
        self.publicURL = publicURL
        answers = PageAnswers(installation: installation, console: console, publicURL: publicURL)
        door = ConsoleDoor(installation: installation, publicURL: publicURL, clients: clients)
    }

    func add(to surface: Surface) {
        let pages = Pages(surface: surface.under("console"), routes: self)
        addAccess(to: pages)
        addTenants(to: pages)
        addAgreements(to: pages)
        addInstructions(to: pages)
        addChannels(to: pages)
        addChannelSettings(to: pages)
        addChannelMoves(to: pages)
        addConsent(to: pages)
        addKeys(to: pages)
        addProvider(to: pages)
        addApprovals(to: pages)
        addAudit(to: pages)
        addStaff(to: pages)
        addAccount(to: pages)
        pages.open(.get, "**") { [answers] request, scope in
            try await answers.show(
                ErrorPage(kind: .notFound, isSignedIn: false, requestID: scope.requestID), request, scope,
                status: .notFound)
        }
    }

    /// Adds pages; what goes wrong in one becomes a page that says so.
    struct Pages {
        let surface: Surface
        let routes: ConsoleRoutes
        private let sessions: SessionAccess

        init(surface: Surface, routes: ConsoleRoutes) {
            self.surface = surface
            self.routes = routes
            let answers = routes.answers
            sessions = SessionAccess(
                access: surface.access, publicURL: routes.publicURL,
                refusals: .init(
                    forbidden: { request, visit, _ in
                        try await answers.show(
                            ErrorPage(kind: .forbidden, isSignedIn: true), request, visit, status: .forbidden)
                    },
                    foreignForm: { request, visit in
                        try await answers.show(
                            ErrorPage(kind: .staleForm, isSignedIn: true), request, visit, status: .forbidden)
                    }))
        }

        func get(_ path: String, _ permission: Permission, use handler: @escaping Handler) {
            add(.get, path, permission, handler)
        }

        func post(_ path: String, _ permission: Permission, use handler: @escaping Handler) {
            add(.post, path, permission, handler)
        }

        private func add(
            _ method: HTTPRequest.Method, _ path: String, _ permission: Permission, _ handler: @escaping Handler
        ) {
            let answers = routes.answers
            surface.page(method, path, permission, by: sessions) { request, scope, visit in
                do {
                    return try await handler(Turn(request: request, scope: scope, visit: visit, answers: answers))
                } catch {
                    let failure = try PageFailure(error, scope)
                    let language = answers.language(of: request, member: visit.member)
                    let page = failure.page(isSignedIn: true) { answers.console.say(platform: $0, in: language) }
                    return try await answers.show(page, request, visit, status: failure.status)
                }
            }
        }

        /// A page for whoever is not signed in yet.
        func open(_ method: HTTPRequest.Method, _ path: String, use handler: @escaping OpenHandler) {
            let answers = routes.answers
            let refused: OpenHandler = { request, scope in
                try await answers.show(
                    ErrorPage(kind: .staleForm, isSignedIn: false), request, scope, status: .forbidden)
            }
            surface.openPage(method, path, publicURL: routes.publicURL, foreignForm: refused) { request, scope in
                do {
                    return try await handler(request, scope)
                } catch {
                    let failure = try PageFailure(error, scope)
                    let language = answers.language(of: request, member: nil)
                    let page = failure.page(isSignedIn: false) { answers.console.say(platform: $0, in: language) }
                    return try await answers.show(page, request, scope, status: failure.status)
                }
            }
        }
    }
}

/// An error as a page.
struct PageFailure {
    private let problem: Problem
    private let requestID: String

    /// - Throws: an error that belongs to nobody's page: it is logged where all are, and answered as a problem.
    init(_ error: any Error, _ scope: RequestScope) throws {
        problem = Problem(error)
        requestID = scope.requestID
        if problem.status == 500 { throw error }
    }

    var status: HTTPResponse.Status { .init(code: problem.status) }

    /// - Parameter say: a sentence of the platform's in the reader's language.
    func page(isSignedIn: Bool, say: (String) -> String) -> ErrorPage {
        let kind: ErrorPage.Kind =
            switch problem.status {
            case 403: .forbidden
            case 404: .notFound
            case 429, 503: .unavailable
            default: .failed
            }
        let speaksForItself = kind == .notFound || kind == .unavailable
        return ErrorPage(
            kind: kind, isSignedIn: isSignedIn, sentence: speaksForItself ? nil : say(problem.detail),
            remedy: speaksForItself ? nil : problem.remedy.map(say), code: problem.code, requestID: requestID)
    }
}
