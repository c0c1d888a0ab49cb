import Hummingbird
import Platform
import PluginKit

extension AdminRoutes {
    @Sendable func listTenants(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.tenants.list(try request.page())) { $0.json }.response()
    }

    @Sendable func createTenant(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let name = fields.text("name")
        let text = fields.text("region")
        let region = RegionID(rawValue: text)
        if region == nil, !text.isEmpty { fields.complain("region", "a region's name has only a-z, 0-9 and -") }
        try fields.finish()
        guard let region else { throw PlatformError.invalid("region", "this is missing; give text") }
        return try await installation.tenants.create(name: name, region: region).json.response(status: 201)
    }

    @Sendable func readTenant(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.tenants.find(try scope.id("tenant")).json.response()
    }

    @Sendable func changeTenant(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let word = fields.text("state")
        let state = TenantState(rawValue: word)
        if state == nil, !word.isEmpty { fields.complain("state", "can be active or suspended") }
        try fields.finish()
        guard let state else { throw PlatformError.invalid("state", "can be active or suspended") }
        return try await installation.tenants.setState(try scope.id("tenant"), state).json.response()
    }

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
        return try await installation.tenants.recordAgreement(try scope.id("tenant"), agreement).json.response(
            status: 201)
    }

    @Sendable func changeAgreement(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let word = fields.text("state")
        try fields.finish()
        guard let state = AgreementState(rawValue: word), [.inForce, .suspended, .ended].contains(state) else {
            throw PlatformError.invalid("state", "can be in_force, suspended or ended")
        }
        return try await installation.tenants.setAgreementState(
            try scope.id("tenant"), try scope.id("agreement"), state
        )
        .json.response()
    }

    // MARK: - API keys

    @Sendable func listKeys(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.apiKeys.list(try scope.id("tenant")).map(\.json)).response()
    }

    @Sendable func issueKey(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let label = fields.text("label")
        let words = fields.value("scopes")?.array
        if words == nil { fields.complain("scopes", "give an array of scopes") }
        let known = Scope.allCases.map(\.rawValue).joined(separator: ", ")
        var scopes: Set<Scope> = []
        for word in words ?? [] {
            if let scope = word.string.flatMap(Scope.init(rawValue:)) {
                scopes.insert(scope)
            } else {
                fields.complain("scopes", "can hold \(known)")
            }
        }
        let expiresAt = fields.time("expires_at")
        try fields.finish()
        let (key, token) = try await installation.apiKeys.issue(
            try scope.id("tenant"), label: label, scopes: scopes, expiresAt: expiresAt)
        var json = key.json.object ?? JSONObject()
        json["token"] = .string(token.revealed)
        return JSON.object(json).response(status: 201)
    }

    @Sendable func revokeKey(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.apiKeys.revoke(try scope.id("tenant"), try scope.id("key"))
        return Response(status: .noContent)
    }

    // MARK: - Dead letters

    @Sendable func listDeadLetters(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.deadLetters.list(try scope.id("tenant"), try request.page())) { $0.json }
            .response()
    }

    @Sendable func retryDeadLetter(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await installation.deadLetters.retry(try scope.id("tenant"), try scope.id("message"), cause)
        return Response(status: .accepted)
    }
}
