import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// `/agreements/{link}` and `/notices/{link}`: the tenant's signatory, by a signed link. Who has the link may do what it opens, once.
struct SignatoryRoutes: Sendable {
    let installation: Installation
    let clients: ClientAddresses

    private typealias About = AgreementReference

    func add(to surface: Surface) {
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
        var fields = RequestFields(try await request.object())
        let acceptance = AgreementAcceptance(
            name: Personal(fields.text("name")), role: Personal(fields.text("role")),
            place: Personal(fields.text("place")), confirmsAuthority: fields.bool("authority", default: false),
            agrees: fields.bool("agrees", default: false),
            address: clients.address(of: request, scope).map { Personal($0.description) },
            userAgent: request.headers[.userAgent].map { Personal($0) })
        try fields.finish()
        return try await installation.agreements.accept(try scope.parameters.require("link"), acceptance).json
            .response()
    }

    @Sendable func decline(_ request: Request, _ scope: RequestScope) async throws -> Response {
        var fields = RequestFields(try await request.optionalObject())
        let reason = fields.optionalText("reason")
        try fields.finish()
        return try await installation.agreements.decline(try scope.parameters.require("link"), reason: reason).json
            .response()
    }

    @Sendable func object(_ request: Request, _ scope: RequestScope) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let (name, reason) = (fields.text("name"), fields.text("reason"))
        try fields.finish()
        return try await installation.notices.object(
            try scope.parameters.require("link"), by: Personal(name), reason: reason
        ).json.response()
    }
}
