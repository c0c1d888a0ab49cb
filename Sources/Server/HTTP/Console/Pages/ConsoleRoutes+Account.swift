import Console
import HTTPTypes
import Hummingbird
import Platform
import PluginKit

import struct Foundation.Date

/// What every member does for themselves.
extension ConsoleRoutes {
    func addAccount(to pages: Pages) {
        pages.get("account", .accountOwn) { try await $0.show(try await accountPage($0)) }
        pages.post("account/password", .accountOwn, use: changePassword)
        pages.post("account/tokens", .accountOwn, use: issueOwnToken)
        pages.post("account/tokens/{staff_token}/revoke", .accountOwn) { turn in
            try await installation.adminTokens.revoke(
                try turn.scope.id("staff_token"), of: turn.visit.member.id, turn.cause)
            return turn.go(ConsolePath.account, saying: .revoked)
        }
        pages.post("account/sessions/{session}/end", .accountOwn) { turn in
            try await installation.sessions.end(
                try turn.scope.id("session"), of: turn.visit.member.id, turn.cause)
            return turn.go(ConsolePath.account, saying: .ended)
        }
    }

    private func accountPage(_ turn: Turn, _ form: FormState = FormState()) async throws -> AccountPage {
        let (member, now) = (turn.visit.member, Date())
        let enrolled = try await installation.signIn.membersWithAuthenticator()
        let hasPassword = try await installation.signIn.hasPassword(member.id)
        return AccountPage(
            name: member.displayName.revealed, email: member.email.revealed,
            roles: member.roles.map(\.rawValue).sorted(),
            minimumPasswordLength: hasPassword ? SignInService.minimumPasswordLength : nil,
            hasSecondFactor: enrolled.contains(member.id), mayRemoveSecondFactor: false, mayEnrol: false,
            tokens: try await installation.adminTokens.list(of: member.id).map { TokenRow($0, at: now) },
            sessions: try await installation.sessions.list(of: member.id).map { session in
                .init(
                    id: session.id.description, browser: Browser.name(session.agent?.revealed),
                    startedAt: session.startedAt, lastSeenAt: session.lastSeenAt,
                    isThisOne: session.id == turn.visit.session.id)
            }, form: form)
    }

    @Sendable private func changePassword(_ turn: Turn) async throws -> Response {
        // What was typed is not sent back: all of it is secret.
        var state = FormState()
        var status = HTTPResponse.Status.unprocessableContent
        for field in ["current_password", "new_password", "repeated_password"] where (turn.form[field] ?? "").isEmpty {
            state.problems[field] = turn.say(.missing)
        }
        if state.problems.isEmpty, turn.form["new_password"] != turn.form["repeated_password"] {
            state.problems["repeated_password"] = turn.say(.passwordsDiffer)
        }
        if state.problems.isEmpty {
            do {
                let passage = try await door.changePassword(turn.request, turn.scope, turn.visit)
                switch passage.outcome {
                case .changed:
                    return passage.dressed(turn.go(ConsolePath.account, saying: .passwordChanged))
                case .refused: state.problems["current_password"] = turn.say(.wrongCurrentPassword)
                case .wrongCode: state.problems["code"] = turn.say(.wrongCode)
                case .blocked(let end): state.general = turn.say(.tooManyTries, ["when": PageAnswers.clock(end)])
                }
            } catch {
                let refused = try turn.refused(by: error)
                (state.problems, state.general, status) = (refused.problems, refused.general, .refused(error))
            }
        }
        return try await turn.show(try await accountPage(turn, state), status: status)
    }

    @Sendable private func issueOwnToken(_ turn: Turn) async throws -> Response {
        do {
            let end = try FormDay.end(turn.form["expires"], field: "expires_at")
            let (token, text) = try await installation.adminTokens.issue(
                for: turn.visit.member.id, label: turn.form["label"] ?? "",
                expiresAt: end ?? Date(timeIntervalSinceNow: 90 * 86_400), atMost: AdminTokenService.longest,
                turn.cause)
            return try await turn.show(
                SecretShownPage(kind: .staffToken, label: token.label, secret: text.revealed))
        } catch {
            let state = try turn.refused(by: error) { $0 == "expires_at" ? "expires" : nil }
            return try await turn.show(try await accountPage(turn, state), status: .refused(error))
        }
    }
}

/// What a browser calls itself, in words (RFC 9110, 10.1.5): enough to recognise one's own.
enum Browser {
    static func name(_ agent: String?) -> String {
        guard let agent, !agent.isEmpty else { return "?" }
        func first(_ names: [(String, String)]) -> String? { names.first { agent.contains($0.0) }?.1 }
        // The more special first: each names those that it would be taken for.
        let browser = first([
            ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
        ])
        let system = first([
            ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS X", "macOS"), ("Linux", "Linux"),
        ])
        let known = [browser, system].compactMap { $0 }
        return known.isEmpty ? String(agent.prefix(60)) : known.joined(separator: ", ")
    }
}
