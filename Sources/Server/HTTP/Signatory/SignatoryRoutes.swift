import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// `/agreements/{link}` and `/notices/{link}`: the tenant's signatory, by a signed link. Who has the link may do what it opens, once.
///
/// The same paths take a page's form, and answer with a page, and JSON from a script, and answer with JSON.
struct SignatoryRoutes: Sendable {
    let installation: Installation
    let clients: ClientAddresses
    let answers: PageAnswers

    private var pages: SignatoryPages { SignatoryPages(installation: installation, answers: answers) }

    private typealias About = AgreementReference

    func add(to surface: Surface) {
        surface.openPage(.get, "agreements/{link}", publicURL: answers.publicURL) { request, scope in
            let link = try scope.parameters.require("link")
            return try await pages.answer(request, scope) { try await pages.agreement(link, request, scope) }
        }
        surface.openPage(.get, "notices/{link}", publicURL: answers.publicURL) { request, scope in
            let link = try scope.parameters.require("link")
            return try await pages.answer(request, scope) { try await pages.notice(link, request, scope) }
        }
        surface.anyone(.get, "agreements/{link}/document", About.document, by: .link, use: document)
        surface.anyone(.post, "agreements/{link}/accept", About.accept, by: .link, use: accept)
        surface.anyone(.post, "agreements/{link}/decline", About.decline, by: .link, use: decline)
        surface.anyone(.post, "notices/{link}/objection", About.object, by: .link, use: object)
    }

    @Sendable func document(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let found = try await installation.agreements.document(try scope.parameters.require("link"))
        return .file(found.pdf, .pdf, named: "agreement-\(found.agreement.id)")
    }

    @Sendable func accept(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let link = try scope.parameters.require("link")
        if request.isForm { return try await acceptForm(link, request, scope) }
        var fields = RequestFields(try await request.object())
        let acceptance = AgreementAcceptance(
            name: Personal(fields.text("name")), role: Personal(fields.text("role")),
            place: Personal(fields.text("place")), confirmsAuthority: fields.bool("authority", default: false),
            agrees: fields.bool("agrees", default: false),
            address: clients.address(of: request, scope).map { Personal($0.description) },
            userAgent: request.headers[.userAgent].map { Personal($0) })
        try fields.finish()
        return try await installation.agreements.accept(link, acceptance).json.response()
    }

    private func acceptForm(_ link: String, _ request: Request, _ scope: RequestScope) async throws -> Response {
        try await pages.answer(request, scope) {
            try await pages.accept(link, request, scope, { try await installation.agreements.accept(link, $0) }) {
                AgreementAcceptance(
                    name: Personal($0["name"] ?? ""), role: Personal($0["role"] ?? ""),
                    place: Personal($0["place"] ?? ""), confirmsAuthority: $0["authority"] == "yes",
                    agrees: $0["agrees"] == "yes",
                    address: clients.address(of: request, scope).map { Personal($0.description) },
                    userAgent: request.headers[.userAgent].map { Personal($0) })
            }
        }
    }

    @Sendable func decline(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let link = try scope.parameters.require("link")
        if request.isForm {
            return try await pages.answer(request, scope) { try await pages.decline(link, request, scope) }
        }
        var fields = RequestFields(try await request.optionalObject())
        let reason = fields.optionalText("reason")
        try fields.finish()
        return try await installation.agreements.decline(link, reason: reason).json.response()
    }

    @Sendable func object(_ request: Request, _ scope: RequestScope) async throws -> Response {
        let link = try scope.parameters.require("link")
        if request.isForm {
            return try await pages.answer(request, scope) { try await pages.object(link, request, scope) }
        }
        var fields = RequestFields(try await request.object())
        let (name, reason) = (fields.text("name"), fields.text("reason"))
        try fields.finish()
        return try await installation.notices.object(link, by: Personal(name), reason: reason).json.response()
    }
}
