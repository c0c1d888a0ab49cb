import Hummingbird
import Platform
import PluginKit

extension AdminRoutes {
    @Sendable func listTenants(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        JSON.list(try await installation.tenants.list(try request.tenantQuery(), try request.page())) { $0.json }
            .response()
    }

    @Sendable func createTenant(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let name = fields.text("name")
        let text = fields.text("region")
        let region = RegionID(rawValue: text)
        if region == nil, !text.isEmpty { fields.complain("region", "a region's name has only a-z, 0-9 and -") }
        try fields.finish()
        guard let region else { throw PlatformError.invalid("region", "this is missing; give text") }
        let tenant = try await installation.tenants.create(name: name, region: region, cause)
        return tenant.json(with: ControllerDetails()).response(status: 201)
    }

    @Sendable func readTenant(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let id: TenantID = try scope.id("tenant")
        let tenant = try await installation.tenants.find(id)
        return try await shown(tenant).response(revision: tenant.revision)
    }

    @Sendable func changeTenant(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var fields = RequestFields(try await request.object())
        let name = fields.optionalText("name")
        let details = ControllerDetailsChange(in: &fields, "details")
        let word = fields.optionalText("state")
        let state = word.flatMap(TenantState.init(rawValue:))
        if word != nil, state == nil {
            fields.complain("state", "can be one of \(TenantState.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let reason = fields.optionalText("reason")
        if state == .terminated, name != nil || details != nil {
            fields.complain("state", "a contract is ended by itself, without other changes")
        }
        try fields.finish()
        if state == .terminated {
            return try await asked(
                try await installation.askToTerminate(try scope.id("tenant"), reason: reason ?? "", cause))
        }
        let change = TenantChange(name: name, details: details, state: state, reason: reason)
        let tenant = try await installation.tenants.change(
            try scope.id("tenant"), change, expecting: try request.expected(), cause)
        return try await shown(tenant).response(revision: tenant.revision)
    }

    @Sendable func readReadiness(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let id: TenantID = try scope.id("tenant")
        let items = try await installation.tenants.readiness(id)
        return
            ([
                "ready": .bool(items.allSatisfy(\.isSatisfied)),
                "items": .array(items.map { $0.json(of: id) }),
            ] as JSON).response()
    }

    /// A tenant with its details, as a single one is shown.
    func shown(_ tenant: Tenant) async throws -> JSON {
        tenant.json(with: try await installation.tenants.details(tenant.id))
    }
}

extension Request {
    /// `?q=`, `?state=`, `?region=` and `?sort=`.
    func tenantQuery() throws -> TenantQuery {
        var query = TenantQuery(text: uri.queryParameters["q"].map(String.init))
        if let word = uri.queryParameters["state"].map(String.init) {
            guard let state = TenantState(rawValue: word) else {
                throw PlatformError.invalid(
                    "state", "can be one of \(TenantState.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            query.state = state
        }
        if let word = uri.queryParameters["region"].map(String.init) {
            guard let region = RegionID(rawValue: word) else {
                throw PlatformError.invalid("region", "a region's name has only a-z, 0-9 and -")
            }
            query.region = region
        }
        if let word = uri.queryParameters["sort"].map(String.init) {
            guard let order = TenantQuery.Order(rawValue: word) else {
                throw PlatformError.invalid(
                    "sort", "can be \(TenantQuery.Order.allCases.map(\.rawValue).joined(separator: " or "))")
            }
            query.order = order
        }
        return query
    }
}
