import Console
import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// One request of a member for a page: what it is made from, and how it is answered.
struct Turn: Sendable {
    let request: Request
    let scope: RequestScope
    let visit: Visit
    let answers: PageAnswers

    var cause: Cause { visit.cause }
    var form: FormFields { visit.form }
    var language: Language { answers.language(of: request, member: visit.member) }

    func may(_ permission: Permission) -> Bool { visit.member.may(permission) }

    /// A parameter of the address; nil when it is empty.
    func query(_ name: String) -> String? {
        request.uri.queryParameters[name[...]].map { String($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Where a listing goes on: `after`. The language is no part of what is listed.
    func page(limit: Int) -> PageRequest {
        let filters = request.query.filter { !["after", "lang"].contains($0.name) && !$0.value.isEmpty }
            .map { "\($0.name)=\($0.value)" }
        return PageRequest(
            cursor: query("after"), limit: limit,
            listing: ([request.uri.path] + filters.sorted()).joined(separator: "\n"))
    }

    func show(_ page: some ConsolePage, status: HTTPResponse.Status = .ok) async throws -> Response {
        try await answers.show(page, request, visit, status: status)
    }

    func go(_ path: String, saying: Saying? = nil) -> Response { answers.go(path, saying: saying) }

    /// A sentence of the server's in the reader's language.
    func say(_ saying: Saying) -> String { answers.console.say(saying, in: language) }
}

extension FormState {
    /// What was typed.
    init(_ form: FormFields) {
        self.init(values: form.everything.filter { $0.key != "csrf" })
    }

    /// What was typed, and what the platform says is wrong with it.
    /// - Parameter field: a field's name in the form by its path at the platform; without one the path is the name.
    /// - Throws: the error itself when no change of the form mends it.
    init(_ form: FormFields, refusedBy error: any Error, _ field: (String) -> String? = { _ in nil }) throws {
        guard let refused = error as? PlatformError,
            [.invalid, .conflict, .preconditionFailed, .unavailable].contains(refused.code)
        else { throw error }
        self.init(form)
        for problem in refused.fields {
            let path = problem.path.prefix { $0 != "[" }
            problems[field(String(path)) ?? String(path)] = problem.problem
        }
        if refused.code != .invalid || refused.fields.isEmpty {
            general = [refused.message, refused.remedy].compactMap { $0 }.joined(separator: " ")
        }
    }
}

extension HTTPResponse.Status {
    /// Of a form that is shown again.
    static func refused(_ error: any Error) -> HTTPResponse.Status { .init(code: Problem(error).status) }
}
