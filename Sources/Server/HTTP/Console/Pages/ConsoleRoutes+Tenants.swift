import Console
import Hummingbird
import Platform
import PluginKit

/// The list of tenants, and a new one.
extension ConsoleRoutes {
    private static let pageSize = 25

    func addTenants(to pages: Pages) {
        pages.get("tenants", .tenantsRead, use: listTenants)
        pages.get("tenants/new", .tenantsWrite) { try await $0.show(newTenant()) }
        pages.post("tenants", .tenantsWrite, use: createTenant)
        pages.get("tenants/{tenant}", .tenantsRead) { turn in
            try await turn.show(try await tenantPage(turn, try turn.scope.id("tenant")))
        }
        pages.get("tenants/{tenant}/details", .tenantsWrite, use: showDetails)
        pages.post("tenants/{tenant}/details", .tenantsWrite, use: saveDetails)
        // Who may suspend may call it; what the move takes beyond that, the service asks for.
        pages.post("tenants/{tenant}/moves/{move}", .tenantsSuspend, use: moveTenant)
        pages.post("tenants/{tenant}/region", .installationWrite, use: askForRegion)
        pages.post("tenants/{tenant}/region/cancel", .installationWrite, use: cancelRegionMove)
        pages.get("regions", .installationRead, use: showRegions)
    }

    // MARK: - List

    @Sendable private func listTenants(_ turn: Turn) async throws -> Response {
        let stage = turn.query("state").flatMap(TenantStage.init(rawValue:))
        let sort = turn.query("sort").flatMap(TenantQuery.Order.init(rawValue:)) ?? .name
        let query = TenantQuery(
            text: turn.query("search").map { String($0.prefix(200)) },
            state: stage.flatMap { TenantState(rawValue: $0.rawValue) }, order: sort)
        let found = try await installation.tenants.list(query, turn.page(limit: Self.pageSize))
        let rows = try await withThrowingTaskGroup(of: (Int, TenantsPage.Row).self) { group in
            for (index, tenant) in found.items.enumerated() { group.addTask { (index, try await row(of: tenant)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return try await turn.show(
            TenantsPage(
                rows: found.items.indices.compactMap { rows[$0] }, search: query.text ?? "", stage: stage,
                sort: sort.rawValue, mayCreate: turn.may(.tenantsWrite), after: turn.query("after"), next: found.next))
    }

    private func row(of tenant: Tenant) async throws -> TenantsPage.Row {
        let agreements = try await installation.tenants.agreements(tenant.id)
        // A region that is down takes its part of the row away, not the list.
        let channels = (try? await installation.channels.list(tenant.id)) ?? []
        let dead = try? await installation.deadLetters.list(tenant.id, PageRequest(limit: PageRequest.maximumLimit))
        return TenantsPage.Row(
            id: tenant.id.description, name: tenant.name, stage: TenantStage(tenant.state),
            region: tenant.region.rawValue,
            agreement: Self.telling(agreements).map { AgreementStage($0.state) },
            channels: channels.count, health: HealthLevel.worst(of: channels.map(\.state)),
            deadLetters: dead?.items.count ?? 0, createdAt: tenant.createdAt)
    }

    /// The agreement that says how a tenant stands: the one that counts, else the newest.
    static func telling(_ agreements: [Agreement]) -> Agreement? {
        agreements.first { [.inForce, .suspended].contains($0.state) }
            ?? agreements.max { $0.recordedAt < $1.recordedAt }
    }

    // MARK: - New

    private func newTenant(_ form: FormState = FormState()) -> NewTenantPage {
        NewTenantPage(regions: installation.regions.map { RegionFacts($0.id, $0.jurisdiction) }, form: form)
    }

    @Sendable private func createTenant(_ turn: Turn) async throws -> Response {
        guard let region = turn.form["region"].flatMap(RegionID.init(rawValue:)) else {
            var state = FormState(turn.form)
            state.problems["region"] = turn.say(.missing)
            return try await turn.show(newTenant(state), status: .unprocessableContent)
        }
        do {
            let tenant = try await installation.tenants.create(
                name: turn.form["name"] ?? "", region: region, turn.cause)
            return turn.go(ConsolePath.tenant(tenant.id.description), saying: .created)
        } catch {
            let state = try turn.refused(by: error)
            return try await turn.show(newTenant(state), status: .refused(error))
        }
    }

    // MARK: - Moves

    @Sendable private func moveTenant(_ turn: Turn) async throws -> Response {
        let id: TenantID = try turn.scope.id("tenant")
        guard let move = TenantPage.Move(rawValue: try turn.scope.parameters.require("move")) else {
            throw PlatformError.notFound("move")
        }
        let field = move.rawValue + ".reason"
        do {
            let reason = turn.form[field].flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
            let saying = try await carryOut(move, id, reason, turn.cause)
            return turn.go(ConsolePath.tenant(id.description), saying: saying)
        } catch {
            var state = try turn.refused(by: error) { $0 == "reason" ? field : nil }
            // What is missing stands in the checklist.
            if state.general != nil { state.problems = [:] }
            return try await turn.show(try await tenantPage(turn, id, state), status: .refused(error))
        }
    }

    private func carryOut(
        _ move: TenantPage.Move, _ id: TenantID, _ reason: String?, _ cause: Cause
    ) async throws -> Saying {
        switch move {
        case .terminate:
            _ = try await installation.askToTerminate(id, reason: reason ?? "", cause)
            return .asked
        case .erase:
            _ = try await installation.askToErase(id, reason: reason ?? "", cause)
            return .asked
        case .onboard, .activate, .suspend, .reinstate:
            guard let state = move.state else { throw PlatformError.notFound("move") }
            _ = try await installation.tenants.setState(id, state, reason: reason, cause)
            return .moved
        }
    }

    // MARK: - Regions

    @Sendable private func showRegions(_ turn: Turn) async throws -> Response {
        let counts = try await installation.tenants.countsByRegion()
        var regions: [RegionsPage.Region] = []
        for region in installation.regions {
            regions.append(
                .init(
                    facts: RegionFacts(region.id, region.jurisdiction),
                    health: HealthLevel(await region.health().state),
                    tenants: RegionID(rawValue: region.id).flatMap { counts[$0] } ?? 0))
        }
        return try await turn.show(
            RegionsPage(
                regions: regions, plugins: installation.plugins.manifests.map { .init($0.manifest) },
                mayDescribe: turn.may(.installationWrite)))
    }
}
