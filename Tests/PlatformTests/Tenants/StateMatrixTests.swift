import Foundation
import PluginKit
import Postgres
import Testing

@testable import Platform

/// Every state of a tenant with every state of its agreement, tried against the services.
@Suite struct StateMatrixTests {
    @Test(arguments: TenantState.allCases)
    func `what the services do is what the rule says`(state: TenantState) async throws {
        try await Region.with { region in
            for agreement in ProcessingRuleTests.agreements {
                let company = try await Company(in: region)
                try await company.befriend(Person(1))
                try await company.agree(Person(2).phone)
                try await set(company, state, agreement)
                for activity in [ProcessingRule.Activity.send, .read, .ingress, .export] {
                    let wanted = ProcessingRule.verdict(activity, state, agreement)
                    let found = try await found(activity, company)
                    #expect(found == wanted, "\(activity): \(state) \(agreement?.rawValue ?? "none")")
                }
            }
        }
    }

    /// Brings both databases there; the end of an erasure is brought about by erasing.
    private func set(_ company: Company, _ state: TenantState, _ agreement: AgreementState?) async throws {
        let control = company.region.controlDatabase
        let agreed = PostgresQuery(
            "test.agreement",
            agreement == nil
                ? "DELETE FROM agreements WHERE tenant_id = $1"
                : "UPDATE agreements SET state = '\(agreement?.rawValue ?? "")' WHERE tenant_id = $1", [company.id])
        _ = try await control.query(agreed)
        let held = state == .erased ? TenantState.terminated : state
        _ = try await control.query(
            PostgresQuery(
                "test.state",
                """
                UPDATE tenants
                SET state = $2, terminated_at = CASE WHEN $2 = 'terminated' THEN now() END,
                    erase_after = CASE WHEN $2 = 'terminated' THEN now() END
                WHERE tenant_id = $1
                """, [company.id, held]))
        let left = try await company.region.installation.tenants.reconcile([company.tenant.shard], .quiet)
        #expect(left.isEmpty)
        if state == .erased { _ = try await company.region.installation.erasure.erase(company.id, .system) }
    }

    /// What a service does, in the rule's words.
    private func found(
        _ activity: ProcessingRule.Activity, _ company: Company
    ) async throws -> ProcessingRule.Verdict {
        do {
            switch activity {
            case .send: try await company.send("Hallo", to: Person(1).byPhone)
            case .read: _ = try await company.contacts()
            case .export: try await company.region.installation.exports.begin(company.id, .system).write { _ in }
            case .ingress: return try await arrival(company)
            case .webhook: Issue.record("there are no webhooks yet")
            }
            return .allowed
        } catch let error as PlatformError {
            if let refusal = error.refusal { return .refused(refusal.code) }
            guard error.code == .notFound else { throw error }
            return .gone
        }
    }

    /// A messenger is never refused; what became of the message shows in the region, and in whether the tenant reads it.
    private func arrival(_ company: Company) async throws -> ProcessingRule.Verdict {
        let stored = "SELECT count(*) FROM messages WHERE tenant_id = $1 AND direction = 'inbound'"
        let before = try await company.region.number(stored, [company.id])
        // The route was looked up while there was one: what is remembered of it must not let anything in.
        let item = company.item(company.channel.message("new", from: [Person(2).phone], "später"))
        let outcome = try await IngestBatch(shard: try company.region.shard).commit([item])[0].get()
        let kept = try await company.region.number(stored, [company.id]) - before
        #expect(outcome.stored == kept && outcome.stored + outcome.discarded == 1)
        // Somebody who has not agreed is kept or not by the same rule, and read by nobody.
        let stranger = company.item(company.channel.message("strange", from: [Person(3).phone], "fremd"))
        let strange = try await IngestBatch(shard: try company.region.shard).commit([stranger])[0].get()
        #expect(strange.stored == kept && strange.discarded == outcome.discarded)
        #expect(try await company.heldBack() == kept)
        if kept == 0 { return .discarded }
        let isRead = (try? await company.messages(.inbound).contains { $0.content == .text("später") }) ?? false
        return isRead ? .allowed : .held
    }
}
