import Console
import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import PluginKit

import struct Foundation.Date

/// Signing in and out.
extension ConsoleRoutes {
    func addAccess(to pages: Pages) {
        pages.open(.get, "assets/{asset}") { [answers] _, scope in
            try answers.asset(try scope.parameters.require("asset"))
        }
        pages.open(.get, "sign-in", use: showSignIn)
        pages.open(.post, "sign-in", use: signIn)
        pages.open(.get, "sign-in/code") { [answers] request, scope in
            try await answers.show(SignInCodePage(), request, scope)
        }
        pages.open(.post, "sign-in/code") { try await confirm($0, $1, isEnrolling: false) }
        pages.open(.get, "sign-in/second-factor") { try await showEnrolment($0, $1) }
        pages.open(.post, "sign-in/second-factor") { try await confirm($0, $1, isEnrolling: true) }
        pages.open(.get, "sign-in/link") { [answers] request, scope in
            let token = request.uri.queryParameters["token"].map { String($0) } ?? ""
            return try await answers.show(SignInLinkPage(token: token), request, scope)
        }
        pages.open(.post, "sign-in/link", use: enterByLink)
        pages.open(.post, "sign-in/with/{provider}", use: depart)
        pages.open(.get, "oidc/{provider}/callback", use: arrive)
        pages.open(.get, "set-up") { [answers] request, scope in
            try await answers.show(FirstOwnerPage(), request, scope)
        }
        pages.open(.post, "set-up", use: setUp)
        pages.open(.get, "reset") { [answers] request, scope in
            try await answers.show(ResetPage(), request, scope)
        }
        pages.open(.post, "reset", use: reset)
        pages.post("sign-out", .accountOwn, use: signOut)
        pages.get("", .accountOwn) { turn in
            turn.go(turn.may(.tenantsRead) ? ConsolePath.tenants : ConsolePath.account)
        }
    }

    // MARK: - Password

    private func signInPage(
        _ form: FormState = FormState(), reason: SignInPage.Reason? = nil, next: String?
    ) -> SignInPage {
        SignInPage(
            allowsPassword: true,
            providers: installation.openIDConnect.providers.map { .init(id: $0.name, name: $0.label) }, form: form,
            reason: reason, next: next)
    }

    @Sendable private func showSignIn(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let parameters = request.uri.queryParameters
        let next = parameters["return_to"].map { String($0) }
        let reason = parameters["reason"].flatMap { SignInPage.Reason(rawValue: String($0)) }
        return try await answers.show(signInPage(reason: reason, next: next), request, scope)
    }

    @Sendable private func signIn(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let request = try await request.kept()
        let passage = try await door.signIn(request, scope)
        var state = FormState(["email": try await request.form()["email"] ?? ""])
        switch passage.outcome {
        case .code:
            return passage.dressed(
                try await answers.show(SignInCodePage(next: passage.returnTo), request, scope))
        case .enrolment: return passage.dressed(answers.go(ConsolePath.secondFactor))
        case .refused: state.general = say(.wrongPassword, request)
        case .blocked(let end): state.general = tooManyTries(end, request)
        }
        return passage.dressed(
            try await answers.show(
                signInPage(state, next: passage.returnTo), request, scope, status: .unprocessableContent))
    }

    // MARK: - Code

    @Sendable private func showEnrolment(
        _ request: Request, _ scope: RequestScope, _ form: FormState = FormState()
    ) async throws -> Response {
        // When this is asked for again, the same secret is proposed.
        guard let enrolment = try await door.enrolment(request) else { return answers.go(ConsolePath.signIn) }
        let page = SecondFactorPage(
            qrCodeSVG: try QRPicture.svg(enrolment.url.revealed), secret: enrolment.secret.revealed, isRequired: true,
            form: form)
        return try await answers.show(
            page, request, scope, status: form == FormState() ? .ok : .unprocessableContent)
    }

    private func confirm(
        _ request: Request, _ scope: RequestScope, isEnrolling: Bool
    ) async throws -> Response {
        let request = try await request.kept()
        let passage = try await door.confirm(request, scope)
        var state = FormState()
        switch passage.outcome {
        case .signedIn(let signedIn):
            let next = passage.returnTo ?? ConsolePath.root
            guard let codes = signedIn.recoveryCodes else { return passage.dressed(answers.go(next)) }
            let page = RecoveryCodesPage(codes: codes.map(\.revealed), next: next)
            return passage.dressed(try await answers.show(page, request, scope))
        case .over:
            return passage.dressed(try await again(.stepOver, request, scope))
        case .refused: state.problems["code"] = say(.wrongCode, request)
        case .blocked(let end): state.general = tooManyTries(end, request)
        }
        if isEnrolling { return passage.dressed(try await showEnrolment(request, scope, state)) }
        let page = SignInCodePage(form: state, next: passage.returnTo)
        return passage.dressed(
            try await answers.show(page, request, scope, status: .unprocessableContent))
    }

    private func again(_ saying: Saying, _ request: Request, _ scope: RequestScope) async throws -> Response {
        let state = FormState(general: say(saying, request))
        return try await answers.show(signInPage(state, next: nil), request, scope, status: .unprocessableContent)
    }

    // MARK: - Tokens

    @Sendable private func setUp(_ request: Request, _ scope: RequestScope) async throws -> Response {
        try await withToken(request, { try await door.setUp($0, scope) }) { request, state, status in
            try await answers.show(FirstOwnerPage(form: state), request, scope, status: status)
        }
    }

    @Sendable private func reset(_ request: Request, _ scope: RequestScope) async throws -> Response {
        try await withToken(request, { try await door.reset($0, scope) }) { request, state, status in
            try await answers.show(ResetPage(form: state), request, scope, status: status)
        }
    }

    private func withToken(
        _ request: Request, _ act: (Request) async throws -> ConsoleDoor.Passage<LinkOutcome>,
        show: (Request, FormState, HTTPResponse.Status) async throws -> Response
    ) async throws -> Response {
        let request = try await request.kept()
        let form = try await request.form()
        do {
            let passage = try await act(request)
            if case .enrolment = passage.outcome { return passage.dressed(answers.go(ConsolePath.secondFactor)) }
            var state = FormState(form)
            state.problems["token"] = say(.tokenOver, request)
            return try await show(request, state, .unprocessableContent)
        } catch let error as PlatformError {
            let state = try FormState(form, refusedBy: error, say: { say(platform: $0, request) })
            return try await show(request, state, .refused(error))
        }
    }

    @Sendable private func enterByLink(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let passage = try await door.enter(request, scope)
        guard passage.outcome else { return try await again(.tokenOver, request, scope) }
        return passage.dressed(answers.go(ConsolePath.root))
    }

    // MARK: - Providers

    @Sendable private func depart(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let passage = try await door.depart(try scope.parameters.require("provider"), request)
        guard let url = passage.outcome else { return try await again(.providerFailed, request, scope) }
        return passage.dressed(answers.leave(for: url, request))
    }

    @Sendable private func arrive(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let passage = try await door.arrive(try scope.parameters.require("provider"), request, scope)
        guard case .signedIn = passage.outcome else {
            return passage.dressed(try await again(.providerFailed, request, scope))
        }
        return passage.dressed(answers.go(passage.returnTo ?? ConsolePath.root))
    }

    // MARK: - Out

    @Sendable private func signOut(_ turn: Turn) async throws -> Response {
        try await door.signOut(turn.visit).dressed(turn.go(ConsolePath.signIn + "?reason=signed_out"))
    }

    private func say(_ saying: Saying, _ request: Request, _ values: [String: String] = [:]) -> String {
        answers.console.say(saying, in: answers.language(of: request, member: nil), values)
    }

    private func say(platform sentence: String, _ request: Request) -> String {
        answers.console.say(platform: sentence, in: answers.language(of: request, member: nil))
    }

    private func tooManyTries(_ end: Date, _ request: Request) -> String {
        say(.tooManyTries, request, ["when": PageAnswers.clock(end)])
    }
}

extension Request {
    /// The same with its body in memory, to be read more than once.
    func kept() async throws -> Request {
        Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: try await bytes(limit: FormFields.limit))))
    }
}
