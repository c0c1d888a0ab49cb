import Console
import Hummingbird
import Platform
import PluginKit

/// What waits for a second pair of eyes.
extension ConsoleRoutes {
    func addApprovals(to pages: Pages) {
        pages.get("approvals", .approvalsRead) { try await $0.show(try await approvalsPage($0)) }
        pages.post("approvals/{approval}/approve", .approvalsRead) { try await decide($0, .approve) }
        pages.post("approvals/{approval}/decline", .approvalsRead) { try await decide($0, .decline) }
    }

    private func approvalsPage(_ turn: Turn, _ form: FormState = FormState()) async throws -> ApprovalsPage {
        let open = try await installation.approvals.list(.asked, PageRequest(limit: PageRequest.maximumLimit)).items
        let names = try await names(open.isEmpty)
        var rows: [ApprovalsPage.Row] = []
        for approval in open {
            let tenant = try await subject(approval)
            rows.append(
                .init(
                    id: approval.id.description, action: approval.action.rawValue,
                    subject: tenant?.name ?? "\(approval.subject.kind) \(approval.subject.id)",
                    subjectPath: tenant.map { ConsolePath.tenant($0.id.description) },
                    move: try await move(approval), reason: approval.reason,
                    asked: Act(by: names[approval.askedBy.description] ?? "?", at: approval.askedAt),
                    expiresAt: approval.expiresAt, isOwn: approval.askedBy == turn.visit.member.id))
        }
        // Who may see them all may lack the permission of one: then deciding is refused, with the reason.
        let mayDecide = open.contains { turn.may($0.action.permission) }
        return ApprovalsPage(rows: rows, mayDecide: mayDecide, form: form)
    }

    private func subject(_ approval: Approval) async throws -> Tenant? {
        guard let tenant = approval.tenant else { return nil }
        return try await installation.tenants.find(tenant)
    }

    private func decide(_ turn: Turn, _ decision: ApprovalService.Decision) async throws -> Response {
        do {
            _ = try await installation.approvals.decide(
                try turn.scope.id("approval"), decision, reason: turn.form["reason"], turn.cause)
            return turn.go(ConsolePath.approvals, saying: .decided)
        } catch {
            let state = try turn.refused(by: error)
            return try await turn.show(try await approvalsPage(turn, state), status: .refused(error))
        }
    }
}
