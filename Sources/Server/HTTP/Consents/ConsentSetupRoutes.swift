import HTTPTypes
import Hummingbird
import Platform
import PluginKit

/// A tenant's terms of consent and the set-ups of its consent sources: the same routes for staff, under `/admin/v1/tenants/{tenant}`,
/// and for the tenant's own integration, under `/api/v1`.
struct ConsentSetupRoutes: Sendable {
    typealias Handler = @Sendable (Request, RequestScope, TenantID, Cause) async throws -> Response

    let installation: Installation
    let publicURL: String

    private struct Route: Sendable {
        var method: HTTPRequest.Method
        var path: String
        var reference: OperationReference
        var handler: Handler
    }

    private var routes: [Route] {
        typealias About = ConsentSetupReference
        func route(
            _ method: HTTPRequest.Method, _ path: String, _ reference: OperationReference, _ handler: @escaping Handler
        ) -> Route {
            Route(method: method, path: path, reference: reference, handler: handler)
        }
        let source = "consent-sources/{source}"
        return [
            route(.get, "consent-terms", About.readTerms, readTerms),
            route(.put, "consent-terms", About.setTerms, setTerms),
            route(.get, "purposes", About.listPurposes, listPurposes),
            route(.get, "purposes/{purpose}", About.readPurpose, readPurpose),
            route(.put, "purposes/{purpose}", About.setPurpose, setPurpose),
            route(.post, "purposes/{purpose}/retire", About.retirePurpose, retirePurpose),
            route(.get, "consent-sources", About.listSources, listSources),
            route(.post, "consent-sources", About.createSource, createSource),
            route(.get, source, About.readSource, readSource),
            route(.patch, source, About.changeSource, changeSource),
            route(.get, "\(source)/versions/{setup_version}", About.readVersion, readVersion),
            route(.post, "\(source)/pause", About.pauseSource, set(.paused)),
            route(.post, "\(source)/resume", About.resumeSource, set(.active)),
            route(.post, "\(source)/retire", About.retireSource, set(.retired)),
        ]
    }

    func add(to surface: Surface) {
        let (admin, api) = (surface.under("admin/v1"), surface.under("api/v1"))
        for route in routes {
            let reads = route.method == .get
            admin.staff(
                route.method, "tenants/{tenant}/\(route.path)", reads ? .consentTermsRead : .consentTermsWrite,
                route.reference
            ) { request, scope, cause in
                try await route.handler(request, scope, try scope.id("tenant"), cause)
            }
            let repeated = RepeatedRequest(
                service: installation.idempotency, route: "\(route.method.rawValue) /api/v1/\(route.path)")
            api.tenant(
                route.method, route.path, reads ? .consentTermsRead : .consentTermsWrite,
                route.reference.changed { $0.id = ConsentSetupReference.own($0.id) }
            ) { request, scope, caller in
                let cause = Cause(.apiKey(caller.key), requestID: scope.requestID)
                let handle: Surface.StaffHandler = { try await route.handler($0, $1, caller.tenant, $2) }
                let response =
                    route.reference.takesIdempotencyKey
                    ? try await repeated.answer(request, scope, cause, use: handle)
                    : try await handle(request, scope, cause)
                return reads && route.reference.isVersioned ? try request.unlessKnown(response) : response
            }
        }
    }

    // MARK: - Terms

    @Sendable private func readTerms(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        guard let kept = try await installation.consentTerms.profile(tenant) else {
            throw PlatformError(
                .notFound, "The tenant has not said yet who asks.", remedy: "Set its consent terms with PUT.")
        }
        return kept.json.response(revision: kept.version)
    }

    @Sendable private func setTerms(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let profile = fields.consentProfile()
        try fields.finish()
        let kept = try await installation.consentTerms.set(profile, of: tenant, try request.expected(), cause)
        return kept.json.response(revision: kept.version)
    }

    @Sendable private func listPurposes(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        JSON.list(try await installation.consentTerms.purposes(tenant).map(\.json)).response()
    }

    @Sendable private func readPurpose(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        let versions = try await installation.consentTerms.versions(tenant, of: try scope.parameters.require("purpose"))
        return versions.json.response(revision: versions.first?.version)
    }

    @Sendable private func setPurpose(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        let name = try scope.parameters.require("purpose")
        var fields = RequestFields(try await request.object())
        let definition = fields.purposeDefinition(of: name)
        try fields.finish()
        let kept = try await installation.consentTerms.set(
            definition, for: name, of: tenant, try request.expected(), cause)
        return kept.json.response(revision: kept.version)
    }

    @Sendable private func retirePurpose(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        let kept = try await installation.consentTerms.retire(
            try scope.parameters.require("purpose"), of: tenant, try request.expected(), cause)
        return kept.json.response(revision: kept.version)
    }

    // MARK: - Set-ups

    @Sendable private func listSources(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        JSON.list(try await installation.consentSources.list(tenant).map { $0.json(publicURL) }).response()
    }

    @Sendable private func createSource(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let plugin = fields.text("plugin")
        let channel: ChannelID? = fields.id("channel_id")
        if channel == nil, !fields.has("channel_id") { fields.complain("channel_id", "this is missing; give an id") }
        let name = fields.text("name")
        let origins = fields.optionalList("origins")
        let configuration = fields.configuration(isRequired: true) ?? [:]
        let isActive = fields.bool("active", default: true)
        try fields.finish()
        guard let channel else { throw PlatformError.invalid("channel_id", "this is missing; give an id") }
        let made = try await installation.consentSources.create(
            NewConsentSource(
                plugin: plugin, channel: channel, name: name, origins: origins, configuration: configuration,
                isActive: isActive), of: tenant, cause)
        return made.json(publicURL).response(status: 201, revision: made.source.revision)
    }

    @Sendable private func readSource(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        let found = try await installation.consentSources.find(tenant, try scope.id("source"))
        return found.json(publicURL).response(revision: found.source.revision)
    }

    @Sendable private func readVersion(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        guard let version = Int(try scope.parameters.require("setup_version")), (1...999_999_999).contains(version)
        else { throw PlatformError.notFound("version of the consent source") }
        return try await installation.consentSources.find(tenant, try scope.id("source"), version: version)
            .json(publicURL).response()
    }

    @Sendable private func changeSource(
        _ request: Request, _ scope: RequestScope, _ tenant: TenantID, _ cause: Cause
    ) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let change = ConsentSourceChange(
            name: fields.optionalText("name"),
            origins: fields.value("origins") == nil ? nil : fields.optionalList("origins"),
            configuration: fields.configuration(isRequired: false))
        try fields.finish()
        let changed = try await installation.consentSources.change(
            try scope.id("source"), of: tenant, change, try request.expected(), cause)
        return changed.json(publicURL).response(revision: changed.source.revision)
    }

    private func set(_ state: ConsentSource.State) -> Handler {
        { request, scope, tenant, cause in
            let changed = try await installation.consentSources.set(
                state, of: try scope.id("source"), of: tenant, try request.expected(), cause)
            return changed.json(publicURL).response(revision: changed.source.revision)
        }
    }
}
