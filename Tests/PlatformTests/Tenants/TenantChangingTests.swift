import PluginKit
import Postgres
import Testing

@testable import Platform

@Suite struct TenantChangingTests {
    private func cause(_ roles: Role...) -> Cause {
        Cause(Principal(.staff, id: StaffID.generate().description, roles: Set(roles)))
    }

    private func actions(_ id: TenantID, _ region: Region) async throws -> [String] {
        try await region.controlDatabase.query(
            PostgresQuery(
                "test.actions", "SELECT action FROM audit_entries WHERE subject_id = $1 ORDER BY chain DESC, sequence",
                [id.description])
        ).map { try $0.decode("action") }
    }

    @Test func `a tenant is brought in step by step, and goes live when nothing is missing`() async throws {
        try await Region.with { region in
            let (tenants, keys) = (region.installation.tenants, region.installation.apiKeys)
            let id = try await tenants.create(name: "Praxis", region: Region.name, .system).id
            func missing() async throws -> [GoLiveChecklist.Item.Code] {
                try await tenants.readiness(id).filter { !$0.isSatisfied }.map(\.code)
            }
            #expect(try await missing() == [.details, .agreement, .channel, .key])
            await expectError(.conflict) { try await tenants.setState(id, .active, .system) }
            _ = try await tenants.setState(id, .onboarding, .system)
            let error = await #expect(throws: PlatformError.self) { try await tenants.setState(id, .active, .system) }
            #expect(error?.code == .conflict)
            #expect(
                error?.fields.map(\.path) == [
                    "controller_details", "agreement_in_force", "channel_connected", "api_key",
                ])
            _ = try await tenants.change(id, TenantChange(details: ControllerDetails.sample.change), .system)
            #expect(try await missing() == [.agreement, .channel, .key])
            let agreement = try await tenants.recordAgreement(
                id, NewAgreement(reference: "AVV", signedOn: "2026-01-15"), .system)
            #expect(try await missing() == [.channel, .key])
            _ = try await Company.connect(id, in: region)
            #expect(try await missing() == [.key])
            let key = try await keys.issue(id, label: "k", scopes: [.messagesRead], expiresAt: nil).key
            try await keys.revoke(id, key.id)
            #expect(try await missing() == [.key], "a revoked key is none")
            _ = try await keys.issue(id, label: "k", scopes: [.messagesRead], expiresAt: nil)
            _ = try await tenants.setAgreementState(id, agreement.id, .suspended, .system)
            #expect(try await missing() == [.agreement])
            _ = try await tenants.setAgreementState(id, agreement.id, .inForce, .system)
            #expect(try await missing() == [])
            let live = try await tenants.setState(id, .active, .system)
            #expect(live.state == .active && live.revision == 4)
            #expect(
                try await actions(id, region).filter { $0.hasPrefix("tenant.") } == [
                    "tenant.created", "tenant.moved", "tenant.changed", "tenant.activated",
                ])
        }
    }

    @Test(arguments: TenantState.allCases, [TenantState.onboarding, .active, .suspended])
    func `a move that the life cycle does not know is refused, and changes nothing`(from: TenantState, to: TenantState)
        async throws
    {
        guard from != to, !TenantLifeCycle.next(from: from).contains(to) else { return }
        try await Region.with { region in
            let company = try await Company(in: region)
            _ = try await region.controlDatabase.query(
                PostgresQuery(
                    "test.change", "UPDATE tenants SET state = $1, terminated_at = now(), erase_after = now()", [from]))
            let before = try await region.installation.tenants.find(company.id)
            await expectError(.conflict) {
                try await region.installation.tenants.setState(company.id, to, reason: "r", .system)
            }
            #expect(try await region.installation.tenants.find(company.id) == before)
        }
    }

    @Test func `each move takes its permission, and who lacks it stands in the trail`() async throws {
        try await Region.with { region in
            let tenants = region.installation.tenants
            let company = try await Company(in: region)
            let (onboarding, operations, auditor) = (cause(.onboarding), cause(.operations), cause(.auditor))
            await expectError(.forbidden) {
                try await tenants.setState(company.id, .suspended, reason: "spam", auditor)
            }
            let suspended = try await tenants.setState(company.id, .suspended, reason: " spam ", operations)
            #expect(suspended.stateReason == "spam")
            await expectError(.forbidden) {
                try await tenants.change(company.id, TenantChange(name: "Anders"), operations)
            }
            let named = try await tenants.change(
                company.id, TenantChange(name: "Anders", state: .active), onboarding)
            #expect(named.name == "Anders" && named.state == .active && named.stateReason == nil)
            let actions = try await actions(company.id, region)
            #expect(actions.filter { $0 == "access.refused" }.count == 2)
            #expect(actions.filter { $0 != "access.refused" }.suffix(2) == ["tenant.suspended", "tenant.resumed"])
        }
    }

    @Test func `a suspension needs a reason, and what is so already changes nothing`() async throws {
        try await Region.with { region in
            let tenants = region.installation.tenants
            let company = try await Company(in: region)
            for reason in [nil, "", "  ", String(repeating: "x", count: 1001)] {
                await expectError(.invalid, field: "reason") {
                    try await tenants.setState(company.id, .suspended, reason: reason, .system)
                }
            }
            let before = try await tenants.find(company.id)
            #expect(try await tenants.setState(company.id, .active, .system) == before)
            #expect(try await tenants.change(company.id, TenantChange(name: before.name), .system) == before)
            await expectError(.notFound) { try await tenants.setState(.generate(), .onboarding, .system) }
        }
    }

    @Test func `a change that was decided on another revision is refused`() async throws {
        try await Region.with { region in
            let tenants = region.installation.tenants
            let company = try await Company(in: region)
            let seen = company.tenant.revision
            _ = try await tenants.change(company.id, TenantChange(name: "Eins"), expecting: Expected([seen]), .system)
            await expectError(.preconditionFailed) {
                try await tenants.change(company.id, TenantChange(name: "Zwei"), expecting: Expected([seen]), .system)
            }
            let now = try await tenants.find(company.id)
            #expect(now.name == "Eins" && now.revision == seen + 1)
        }
    }

    @Test func `details of a tenant that went live stay complete, and those of one that is over stay as they are`()
        async throws
    {
        try await Region.with { region in
            let tenants = region.installation.tenants
            let company = try await Company(in: region)
            let gone = TenantChange(details: ControllerDetailsChange(parts: [.address], values: ControllerDetails()))
            await expectError(.conflict, field: "details.address") {
                try await tenants.change(company.id, gone, .system)
            }
            let wrong = TenantChange(
                details: ControllerDetailsChange(
                    parts: [.legalName],
                    values: {
                        var details = ControllerDetails()
                        details.legalName = ""
                        return details
                    }()))
            await expectError(.invalid, field: "details.legal_name") {
                try await tenants.change(company.id, wrong, .system)
            }
            #expect(try await tenants.details(company.id) == .sample)
        }
    }

    // MARK: - Lists

    @Test func `tenants are found by part of a name, by state and region, in either order, page by page`() async throws
    {
        try await Region.with { region in
            let tenants = region.installation.tenants
            var ids: [String: TenantID] = [:]
            for name in ["Zahnarzt Öztürk", "äpfel & Birnen", "Apotheke", "Zoo", "apotheke am Markt"] {
                ids[name] = try await tenants.create(name: name, region: Region.name, .system).id
            }
            _ = try await tenants.setState(try #require(ids["Zoo"]), .onboarding, .system)
            func names(_ query: TenantQuery) async throws -> [String] {
                var (found, page) = ([String](), PageRequest(limit: 2))
                repeat {
                    let next = try await tenants.list(query, page)
                    found += next.items.map(\.name)
                    page.cursor = next.next
                } while page.cursor != nil
                return found
            }
            let byName = ["äpfel & Birnen", "Apotheke", "apotheke am Markt", "Zahnarzt Öztürk", "Zoo"]
            #expect(try await names(TenantQuery(order: .name)) == byName)
            #expect(try await names(TenantQuery(text: "APO", order: .name)) == ["Apotheke", "apotheke am Markt"])
            #expect(try await names(TenantQuery(text: " ÖZT ")) == ["Zahnarzt Öztürk"])
            #expect(try await names(TenantQuery(text: "%")) == [])
            #expect(try await names(TenantQuery(state: .onboarding)) == ["Zoo"])
            #expect(try await names(TenantQuery(region: RegionID("eu-other"))) == [])
            #expect(try await names(TenantQuery(state: .draft, region: Region.name)).count == 4)
            let cursor = try await tenants.list(TenantQuery(order: .name), PageRequest(limit: 1)).next
            await expectError(.invalid, field: "cursor") {
                try await tenants.list(TenantQuery(order: .created), PageRequest(cursor: cursor))
            }
        }
    }
}
