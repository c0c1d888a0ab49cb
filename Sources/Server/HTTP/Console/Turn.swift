import Console
import Foundation
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

    /// Why something is done, as the trail wants to know.
    /// - Throws: `.invalid` naming the field.
    func reason(_ field: String) throws(PlatformError) -> String {
        let reason = (form[field] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        guard !reason.isEmpty else { throw .missing(field) }
        guard reason.unicodeScalars.count <= 1000 else { throw .invalid(field, "give at most 1000 characters") }
        return reason
    }

    /// What a fact of an agreement is called, by its path at the platform.
    func name(of path: String) -> String {
        DetailsForm.field(path).flatMap(Detail.init(rawValue:)).map { answers.console.name(of: $0, in: language) }
            ?? path
    }

    func go(_ path: String, saying: Saying? = nil) -> Response { answers.go(path, saying: saying) }

    /// A sentence of the server's in the reader's language.
    func say(_ saying: Saying, _ values: [String: String] = [:]) -> String {
        answers.console.say(saying, in: language, values)
    }

    /// The form with what was typed and what the platform says is wrong with it, in the reader's language.
    /// - Parameter field: a field's name in the form by its path at the platform; without one the path is the name.
    /// - Throws: the error itself when no change of the form mends it.
    func refused(by error: any Error, _ field: (String) -> String? = { _ in nil }) throws -> FormState {
        try FormState(form, refusedBy: error, say: say(platform:), field)
    }

    /// A sentence of the platform's in the reader's language.
    func say(platform sentence: String) -> String { answers.console.say(platform: sentence, in: language) }
}

extension FormState {
    /// What was typed.
    init(_ form: FormFields) {
        self.init(values: form.everything.filter { $0.key != "csrf" })
    }

    /// What was typed, and what the platform says is wrong with it.
    /// - Parameters:
    ///   - say: a sentence of the platform's in the reader's language.
    ///   - field: a field's name in the form by its path at the platform; without one the path is the name.
    /// - Throws: the error itself when no change of the form mends it.
    init(
        _ form: FormFields, refusedBy error: any Error, say: (String) -> String,
        _ field: (String) -> String? = { _ in nil }
    ) throws {
        guard let refused = error as? PlatformError,
            [.invalid, .conflict, .preconditionFailed, .unavailable].contains(refused.code)
        else { throw error }
        self.init(form)
        for problem in refused.fields {
            let path = problem.path.prefix { $0 != "[" }
            problems[field(String(path)) ?? String(path)] = say(problem.problem)
        }
        // A messenger that is away says so at a field, and no better in general.
        if ![.invalid, .unavailable].contains(refused.code) || refused.fields.isEmpty {
            general = [refused.message, refused.remedy].compactMap { $0 }.map(say).joined(separator: " ")
        }
    }
}

extension PlatformError {
    /// For a field that a form lacks.
    static func missing(_ field: String) -> PlatformError { .invalid(field, "this is missing") }
}

extension HTTPResponse.Status {
    /// Of a form that is shown again.
    static func refused(_ error: any Error) -> HTTPResponse.Status { .init(code: Problem(error).status) }
}
