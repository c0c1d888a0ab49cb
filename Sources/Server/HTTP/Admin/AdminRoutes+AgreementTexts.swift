import Hummingbird
import Platform
import PluginKit

/// Wordings of agreements beside the standard one.
extension AdminRoutes {
    func addAgreementTexts(to admin: Surface) {
        typealias About = AgreementReference
        let version = "agreement-texts/{name}/versions/{n}"
        admin.staff(.get, "agreement-texts", .agreementsRead, About.listTexts, use: listAgreementTexts)
        admin.staff(.post, "agreement-texts", .agreementsWrite, About.addText, use: addAgreementText)
        admin.staff(.post, "agreement-texts/check", .agreementsWrite, About.checkText, use: checkAgreementText)
        admin.staff(.get, version, .agreementsRead, About.readText, use: readAgreementText)
        admin.staff(
            .post, "\(version)/withdraw", .agreementsWrite, About.withdrawText, use: withdrawAgreementText)
    }

    @Sendable private func listAgreementTexts(
        _ request: Request, _ scope: RequestScope, _ cause: Cause
    ) async throws -> Response {
        JSON.list(try await installation.agreementTexts.list(try request.textFilter(), try request.page())) { $0.json }
            .response()
    }

    @Sendable private func addAgreementText(
        _ request: Request, _ scope: RequestScope, _ cause: Cause
    ) async throws -> Response {
        let (files, tenant) = try await request.textFiles()
        return try await installation.agreementTexts.add(files, of: tenant, cause).json.response(status: 201)
    }

    @Sendable private func checkAgreementText(
        _ request: Request, _ scope: RequestScope, _ cause: Cause
    ) async throws -> Response {
        let (files, tenant) = try await request.textFiles()
        let found = try await installation.agreementTexts.check(files, of: tenant)
        let answer: JSON = [
            "name": .string(found.name.rawValue), "version": .int(found.version),
            "tenant_id": .optional(tenant?.description),
        ]
        return answer.response()
    }

    @Sendable private func readAgreementText(
        _ request: Request, _ scope: RequestScope, _ cause: Cause
    ) async throws -> Response {
        let found = try await installation.agreementTexts.find(try scope.id("name"), try scope.version())
        return found.text.json(with: found.files).response()
    }

    @Sendable private func withdrawAgreementText(
        _ request: Request, _ scope: RequestScope, _ cause: Cause
    ) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let reason = fields.reason()
        try fields.finish()
        return try await installation.agreementTexts.withdraw(
            try scope.id("name"), try scope.version(), cause.because(reason)
        ).json.response()
    }
}

extension RequestScope {
    /// `{n}`: as it is written, or nothing is found.
    fileprivate func version() throws -> Int {
        let text = try parameters.require("n")
        guard let number = Int(text), String(number) == text else { throw PlatformError.notFound("text") }
        return number
    }
}

extension Request {
    /// `?tenant=` and `?name=`.
    fileprivate func textFilter() throws -> AgreementTextFilter {
        var filter = AgreementTextFilter()
        if let text = uri.queryParameters["tenant"].map(String.init) {
            guard let tenant = TenantID(text) else { throw PlatformError.invalid("tenant", "this is not an id") }
            filter.tenant = tenant
        }
        if let text = uri.queryParameters["name"].map(String.init) {
            guard let name = AgreementTextName(text) else {
                throw PlatformError.invalid("name", "a text's name has only a-z, 0-9 and -")
            }
            filter.name = name
        }
        return filter
    }

    fileprivate func textFiles() async throws -> (AgreementTextFiles, TenantID?) {
        var fields = RequestFields(try await object())
        let tenant = fields.id("tenant_id", TenantID.self)
        let files = AgreementTextFiles(german: fields.text("de"), english: fields.text("en"))
        try fields.finish()
        return (files, tenant)
    }
}
