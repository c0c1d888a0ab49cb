import Hummingbird
import Platform
import PluginKit

extension AdminRoutes {
    @Sendable func listApprovals(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        var state: Approval.State?
        if let word = request.uri.queryParameters["state"] {
            state = Approval.State(rawValue: String(word))
            guard state != nil else {
                let known = Approval.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw PlatformError.invalid("state", "can be \(known)")
            }
        }
        return JSON.list(try await installation.approvals.list(state, try request.page())) { $0.json() }.response()
    }

    @Sendable func readApproval(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        try await answer(try await installation.approvals.find(try scope.id("approval")))
    }

    @Sendable func approve(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let id: ApprovalID = try scope.id("approval")
        let reason = try await reason(request, isNeeded: false)
        return try await answer(try await installation.approvals.decide(id, .approve, reason: reason, cause))
    }

    @Sendable func decline(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let id: ApprovalID = try scope.id("approval")
        let reason = try await reason(request, isNeeded: true)
        return try await answer(try await installation.approvals.decide(id, .decline, reason: reason, cause))
    }

    @Sendable func withdraw(_ request: Request, _ scope: RequestScope, _ cause: Cause) async throws -> Response {
        let id: ApprovalID = try scope.id("approval")
        let reason = try await reason(request, isNeeded: false)
        return try await answer(try await installation.approvals.withdraw(id, reason: reason, cause))
    }

    /// What a change that needs a second member of staff answers: 202 with the approval.
    func asked(_ approval: Approval) async throws -> Response { try await answer(approval, status: 202) }

    private func answer(_ approval: Approval, status: Int = 200) async throws -> Response {
        approval.json(hint: try await installation.approvals.hint(for: approval)).response(status: status)
    }

    /// A body of `reason` alone; none where it is not needed.
    private func reason(_ request: Request, isNeeded: Bool) async throws -> String? {
        let bytes = try await request.jsonBytes()
        if bytes.isEmpty, !isNeeded { return nil }
        var fields = RequestFields(try Request.object(bytes))
        let reason = isNeeded ? fields.text("reason") : fields.optionalText("reason")
        if let reason, reason.allSatisfy(\.isWhitespace), fields.problems.isEmpty {
            fields.complain("reason", "say why")
        }
        try fields.finish()
        return reason
    }
}

extension Approval {
    func json(hint: String? = nil) -> JSON {
        var json = JSONObject([
            ("id", .id(id)), ("action", .string(action.rawValue)), ("permission", .string(action.permission.rawValue)),
            ("subject", ["kind": .string(subject.kind), "id": .string(subject.id)]),
            ("tenant_id", .optional(tenant?.description)), ("payload", payload), ("reason", .string(reason)),
            ("state", .string(state.rawValue)), ("asked_by", .id(askedBy)), ("asked_at", .time(askedAt)),
            ("expires_at", .time(expiresAt)), ("decided_by", .optional(decidedBy?.description)),
            ("decided_at", .time(decidedAt)), ("decision_reason", .optional(decisionReason)),
            ("ended_at", .time(endedAt)), ("failure", .optional(failure)),
        ])
        json["hint"] = hint.map { .string($0) }
        return .object(json)
    }
}
