import Console
import Hummingbird
import Platform
import PluginKit

import struct Foundation.Date

/// One tenant: its page, and the controller's details.
extension ConsoleRoutes {
    func tenantPage(_ turn: Turn, _ id: TenantID, _ form: FormState = FormState()) async throws -> TenantPage {
        let tenant = try await installation.tenants.find(id)
        let details = try await installation.tenants.details(id)
        let agreements = turn.may(.agreementsRead) ? try await installation.tenants.agreements(id) : []
        let texts = turn.may(.agreementsWrite) ? try await installation.agreementTexts.choices(for: id) : []
        let channels = turn.may(.channelsRead) ? (try? await installation.channels.list(id)) ?? [] : []
        let keys = turn.may(.keysRead) ? try await installation.apiKeys.list(id) : []
        let dead = try? await installation.deadLetters.list(id, PageRequest(limit: PageRequest.maximumLimit))
        let region = installation.regions.first { $0.id == tenant.region.rawValue }
        let now = Date()
        return TenantPage(
            id: id.description, name: tenant.name, stage: TenantStage(tenant.state), createdAt: tenant.createdAt,
            moves: moves(of: tenant, turn),
            checks: try await installation.tenants.readiness(id).map { item in
                .init(
                    requirement: .init(item.code), isDone: item.isSatisfied,
                    detail: item.isSatisfied ? nil : missing(item, details))
            }, pending: try await pending(about: [id.description], turn),
            region: region.map { RegionFacts($0.id, $0.jurisdiction) } ?? RegionFacts(unreached: tenant.region),
            details: DetailsForm.lines(of: details),
            agreements: agreements.sorted { $0.recordedAt > $1.recordedAt }.map { .init($0) },
            texts: texts.map { .init($0) }, channels: channels.map { .init($0) },
            keys: keys.map { .init($0, at: now) }, deadLetters: dead?.items.count ?? 0,
            mayManage: turn.may(.tenantsWrite),
            regionMove: try await installation.moves.place(of: id).move.map { .init($0) },
            destinations: installation.regions.filter { $0.id != tenant.region.rawValue }.map {
                RegionFacts($0.id, $0.jurisdiction)
            }, mayMove: turn.may(.installationWrite) && TenantLifeCycle.allowsChanges(tenant.state), form: form)
    }

    /// Of the details the parts by name; of the others their own sentence says no more than the line itself.
    private func missing(_ item: GoLiveChecklist.Item, _ details: ControllerDetails) -> String? {
        item.code == .details ? details.missing.map(\.rawValue).joined(separator: ", ") : nil
    }

    private func moves(of tenant: Tenant, _ turn: Turn) -> [TenantPage.Move] {
        TenantPage.Move.allCases.filter { move in
            switch move {
            case .terminate:
                return TenantLifeCycle.next(from: tenant.state).contains(.terminated) && turn.may(.tenantsTerminate)
            case .erase: return tenant.state == .terminated && turn.may(.tenantsTerminate)
            case .onboard, .activate, .suspend, .reinstate:
                guard let state = move.state, move.old == tenant.state,
                    let permission = TenantLifeCycle.permission(from: tenant.state, to: state)
                else { return false }
                return turn.may(permission)
            }
        }
    }

    /// What waits for a second pair of eyes about one of these.
    func pending(about subjects: Set<String>, _ turn: Turn) async throws -> [PendingApproval] {
        guard turn.may(.approvalsRead) else { return [] }
        let open = try await installation.approvals.list(.asked, PageRequest(limit: PageRequest.maximumLimit)).items
            .filter { subjects.contains($0.subject.id) }
        let names = try await names(open.isEmpty)
        return open.map { approval in
            PendingApproval(
                id: approval.id.description, action: approval.action.rawValue,
                asked: Act(by: names[approval.askedBy.description] ?? "?", at: approval.askedAt))
        }
    }

    /// Members' names by id.
    /// - Parameter areNeeded: false spares the look-up.
    func names(_ isUnneeded: Bool = false) async throws -> [String: String] {
        if isUnneeded { return [:] }
        return Dictionary(
            uniqueKeysWithValues: try await installation.staff.list().map {
                ($0.id.description, $0.displayName.revealed)
            })
    }

    // MARK: - Details

    private func detailsPage(_ id: TenantID, _ form: FormState) async throws -> TenantDetailsPage {
        TenantDetailsPage(
            tenantID: id.description, tenantName: try await installation.tenants.find(id).name,
            countries: ControllerDetails.countryCodes,
            languages: ControllerDetails.languageTags.filter { !$0.contains("-") },
            specialKinds: ControllerDetails.SpecialCategories.Kind.allCases.map(\.rawValue), form: form)
    }

    @Sendable func showDetails(_ turn: Turn) async throws -> Response {
        let id: TenantID = try turn.scope.id("tenant")
        let details = try await installation.tenants.details(id)
        return try await turn.show(try await detailsPage(id, DetailsForm.state(of: details)))
    }

    @Sendable func saveDetails(_ turn: Turn) async throws -> Response {
        let id: TenantID = try turn.scope.id("tenant")
        do {
            let change = TenantChange(details: try DetailsForm.change(turn.form))
            _ = try await installation.tenants.change(id, change, turn.cause)
            return turn.go(ConsolePath.tenant(id.description), saying: .saved)
        } catch {
            let state = try turn.refused(by: error, DetailsForm.field)
            return try await turn.show(try await detailsPage(id, state), status: .refused(error))
        }
    }
}
