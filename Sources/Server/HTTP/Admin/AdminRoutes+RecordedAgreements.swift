import Hummingbird
import Platform
import PluginKit

extension AdminRoutes {
    // MARK: - Agreements

    @Sendable func listAgreements(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.tenants.agreements(try scope.id("tenant")).map(\.json)).response()
    }

    @Sendable func recordAgreement(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let reference = fields.text("reference")
        let signedOn = fields.text("signed_on")
        let hash = fields.optionalText("document_sha256")
        let bytes = hash.flatMap(Hex.bytes)
        if hash != nil, bytes?.count != 32 { fields.complain("document_sha256", "give 64 hexadecimal digits") }
        let covers = fields.bool("covers_special_category", default: false)
        try fields.finish()
        let agreement = NewAgreement(
            reference: reference, signedOn: signedOn, documentSHA256: bytes, coversSpecialCategory: covers)
        let recorded = try await installation.tenants.recordAgreement(try scope.id("tenant"), agreement, cause)
        return recorded.json.response(status: 201, revision: recorded.revision)
    }

    @Sendable func changeAgreement(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let word = fields.text("state")
        let reason = fields.optionalText("reason")
        try fields.finish()
        guard let state = AgreementState(rawValue: word), [.inForce, .suspended, .ended].contains(state) else {
            throw PlatformError.invalid("state", "can be in_force, suspended or ended")
        }
        let (tenant, agreement): (TenantID, AgreementID) = (try scope.id("tenant"), try scope.id("agreement"))
        guard state != .ended else {
            return try await asked(
                try await installation.askToEnd(
                    agreement, of: tenant, reason: reason ?? "", expecting: try request.expected(), cause))
        }
        let changed = try await installation.tenants.setAgreementState(
            tenant, agreement, state, expecting: try request.expected(), cause.because(reason))
        return changed.json.response(revision: changed.revision)
    }
}
