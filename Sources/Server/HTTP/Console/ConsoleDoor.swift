import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// What the pages of the sign-in do: reads the request, calls the service, and says what came of it and which cookies
/// go with the answer. What is shown is made by whoever makes the pages.
struct ConsoleDoor: Sendable {
    let installation: Installation
    let publicURL: String
    var clients = ClientAddresses()

    /// An outcome, and the `Set-Cookie` headers that go with its page.
    struct Passage<Outcome: Sendable>: Sendable {
        var outcome: Outcome
        var cookies: [String] = []
        /// The page of the console that was asked for before.
        var returnTo: String?

        /// The page's response with the cookies.
        func dressed(_ response: Response) -> Response {
            var response = response
            for cookie in cookies { response.headers.append(HTTPField(name: .setCookie, value: cookie)) }
            return response
        }
    }

    private func cookie(_ kind: ConsoleCookie.Kind) -> ConsoleCookie { ConsoleCookie(kind, publicURL: publicURL) }

    func origin(_ request: Request, _ scope: RequestScope) -> SignInOrigin {
        SignInOrigin(
            source: SourceAddress.network(of: clients.address(of: request, scope)),
            device: cookie(.device).value(in: request), agent: request.headers[.userAgent], requestID: scope.requestID)
    }

    // MARK: - Password and code

    /// A form with `email`, `password` and, as it was given, `return_to`.
    func signIn(_ request: Request, _ scope: RequestScope) async throws -> Passage<PasswordOutcome> {
        let form = try await request.form()
        let outcome = try await installation.signIn.signIn(
            email: Personal(form["email"] ?? ""), password: Secret(form["password"] ?? ""),
            from: origin(request, scope))
        var passage = Passage(outcome: outcome, returnTo: Self.page(form["return_to"]))
        switch outcome {
        case .code(let step), .enrolment(let step): passage.cookies = [cookie(.step).setting(step)]
        case .refused, .blocked: break
        }
        return passage
    }

    /// What the page for an authenticator shows; nil when there is nothing to set up.
    func enrolment(_ request: Request) async throws -> Enrolment? {
        guard let step = cookie(.step).value(in: request) else { return nil }
        return try await installation.signIn.enrolment(step)
    }

    /// A form with `code` and, as it was given, `return_to`.
    func confirm(_ request: Request, _ scope: RequestScope) async throws -> Passage<CodeOutcome> {
        let form = try await request.form()
        let returnTo = Self.page(form["return_to"])
        guard let step = cookie(.step).value(in: request) else { return Passage(outcome: .over, returnTo: returnTo) }
        let outcome = try await installation.signIn.confirm(
            step, code: form["code"] ?? "", from: origin(request, scope))
        var passage = Passage(outcome: outcome, returnTo: returnTo)
        switch outcome {
        case .signedIn(let signedIn): passage.cookies = entered(signedIn) + [cookie(.step).removal]
        case .over: passage.cookies = [cookie(.step).removal]
        case .refused, .blocked: break
        }
        return passage
    }

    private func entered(_ signedIn: SignedIn) -> [String] {
        [cookie(.session).setting(signedIn.cookie), cookie(.device).setting(signedIn.device)]
    }

    func signOut(_ visit: Visit) async throws -> Passage<Void> {
        try await installation.sessions.end(visit.session.id, of: visit.member.id, visit.cause)
        return Passage(outcome: (), cookies: [cookie(.session).removal])
    }

    /// A form with `current_password`, `new_password` and, with an authenticator, `code`.
    /// - Throws: `PlatformError.invalid` when the new password is not good.
    func changePassword(
        _ request: Request, _ scope: RequestScope, _ visit: Visit
    ) async throws -> Passage<PasswordChangeOutcome> {
        let outcome = try await installation.signIn.changePassword(
            of: visit.member, in: visit.session.id, cookie(.session).value(in: request) ?? Secret(""),
            from: Secret(visit.form["current_password"] ?? ""), to: Secret(visit.form["new_password"] ?? ""),
            code: visit.form["code"] ?? "", origin(request, scope))
        guard case .changed(let renewed) = outcome else { return Passage(outcome: outcome) }
        return Passage(outcome: outcome, cookies: [cookie(.session).setting(renewed)])
    }

    // MARK: - Links

    /// A form with `token`, `email`, `name`, `language` and `password`.
    /// - Throws: `PlatformError.invalid` naming the fields that are wrong; the token is still good then.
    func setUp(_ request: Request, _ scope: RequestScope) async throws -> Passage<LinkOutcome> {
        let form = try await request.form()
        return linked(
            try await installation.signIn.setUp(
                Secret(form["token"]?.filter { !$0.isWhitespace } ?? ""), email: Personal(form["email"] ?? ""),
                name: Personal(form["name"] ?? ""),
                language: form["language"].flatMap(StaffMember.Language.init(rawValue:)) ?? .german,
                password: Secret(form["password"] ?? ""), from: origin(request, scope)))
    }

    /// A form with `token` and `password`.
    /// - Throws: `PlatformError.invalid` when the password is not good; the token is still good then.
    func reset(_ request: Request, _ scope: RequestScope) async throws -> Passage<LinkOutcome> {
        let form = try await request.form()
        return linked(
            try await installation.signIn.reset(
                Secret(form["token"]?.filter { !$0.isWhitespace } ?? ""), password: Secret(form["password"] ?? ""),
                from: origin(request, scope)))
    }

    /// A form with `token`, of a link that lets in once.
    func enter(_ request: Request, _ scope: RequestScope) async throws -> Passage<Bool> {
        let token = try await request.form()["token"] ?? ""
        guard let signedIn = try await installation.signIn.enter(by: Secret(token), from: origin(request, scope))
        else { return Passage(outcome: false) }
        return Passage(outcome: true, cookies: entered(signedIn))
    }

    private func linked(_ outcome: LinkOutcome) -> Passage<LinkOutcome> {
        switch outcome {
        case .over: Passage(outcome: outcome)
        case .enrolment(let step): Passage(outcome: outcome, cookies: [cookie(.step).setting(step)])
        }
    }

    // MARK: - Providers

    /// - Returns: where the browser goes; nil when the provider does not answer.
    func depart(_ provider: String, _ request: Request) async throws -> Passage<Secret<String>?> {
        let departure = try await installation.openIDConnect.depart(
            provider, redirect: publicURL + "/console/oidc/\(provider)/callback",
            returnTo: Self.page(request.uri.queryParameters["return_to"].map { String($0) }))
        return Passage(
            outcome: departure?.url, cookies: departure.map { [cookie(.errand).setting($0.cookie)] } ?? [])
    }

    func arrive(_ provider: String, _ request: Request, _ scope: RequestScope) async throws -> Passage<OpenIDOutcome> {
        let parameters = Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { first, _ in first })
        let outcome = try await installation.openIDConnect.arrive(
            provider, parameters: parameters, cookie: cookie(.errand).value(in: request), from: origin(request, scope))
        var passage = Passage(outcome: outcome, cookies: [cookie(.errand).removal])
        if case .signedIn(let signedIn, let page) = outcome {
            passage.cookies += entered(signedIn)
            passage.returnTo = page
        }
        return passage
    }

    private static func page(_ path: String?) -> String? { path.flatMap { OpenIDConnectService.isOurs($0) ? $0 : nil } }
}
