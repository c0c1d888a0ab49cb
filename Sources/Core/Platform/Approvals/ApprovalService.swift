import Logging
import PluginKit
import Postgres
import Synchronization

import struct Foundation.Date

/// Four eyes: what is dangerous is asked for by one member of staff and decided by another.
///
/// Asking and deciding are entered into the control plane's chain and into that of the tenant concerned, in one
/// transaction and in that order: whoever else enters two chains must take the control plane's first.
public final class ApprovalService: Sendable {
    /// Carries out what was approved.
    ///
    /// It can be called again for the same approval when a process died after the effect and before that was written
    /// down: it must then find what it wants done, and return. It is never called twice at once. What takes long it
    /// hands to a worker.
    public typealias Handler = @Sendable (Approval, Cause) async throws -> Void

    public enum Decision: Sendable, Hashable, CaseIterable { case approve, decline }

    let control: PostgresClient
    let audit: AuditTrail
    let logger: Logger
    private let clock: @Sendable () -> Date
    private let handlers = Mutex<[ApprovalAction: Handler]>([:])

    init(
        control: PostgresClient, audit: AuditTrail, logger: Logger, clock: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.control = control
        self.audit = audit
        self.logger = logger
        self.clock = clock
    }

    var now: Date { clock() }

    /// To be called by the action's owner while the installation is composed.
    func register(_ action: ApprovalAction, _ handler: @escaping Handler) {
        handlers.withLock { $0[action] = handler }
    }

    func handler(of action: ApprovalAction) -> Handler? { handlers.withLock { $0[action] } }

    // MARK: - Asking

    /// - Throws: `.invalid` without a reason; `.conflict` when the same is asked for already.
    public func ask(_ request: ApprovalRequest, _ cause: Cause) async throws -> Approval {
        guard let member = cause.staff else {
            throw PlatformError(
                .forbidden, "Only a member of staff can ask for this.", remedy: "Ask with a token of your own.")
        }
        guard cause.principal.roles.allow(request.action.permission) else {
            throw FourEyes.Refusal.notAllowed(request.action.permission).error
        }
        guard handler(of: request.action) != nil else {
            throw PlatformError(.unavailable, "This process cannot carry out \(request.action.rawValue).")
        }
        var request = request
        request.reason = try Self.reason(request.reason, isNeeded: true) ?? ""
        do {
            return try await control.transaction { [request, now] tx in
                let end = now.addingTimeInterval(FourEyes.lifetime)
                let row = try await tx.query(ApprovalStore.ask(.generate(), request, by: member, until: end))[0]
                let approval = try ApprovalStore.approval(row)
                try await enter(
                    "approval.asked", approval, cause.because(request.reason),
                    after: [
                        "action": .string(request.action.rawValue), "subject_kind": .string(request.subject.kind),
                        "subject_id": .string(request.subject.id), "payload": request.payload,
                    ], tx)
                return approval
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw PlatformError(
                .conflict, "This was asked for already and is still open.",
                remedy: "Have it decided, or withdraw it first.")
        }
    }

    // MARK: - Reading

    /// Newest first.
    public func list(_ state: Approval.State?, _ page: PageRequest) async throws -> Page<Approval> {
        let rows = try await control.query(
            ApprovalStore.list(state, before: try page.position(), at: now, limit: page.limit + 1))
        return try page.cut(try rows.map(ApprovalStore.approval)) { $0.id.rawValue }.map(shown)
    }

    public func find(_ id: ApprovalID) async throws -> Approval {
        guard let row = try await control.query(ApprovalStore.find(id)).first else {
            throw PlatformError.notFound("approval")
        }
        return shown(try ApprovalStore.approval(row))
    }

    /// What to do when nobody but the asker could decide; nil when somebody could, or when it is over.
    public func hint(for approval: Approval) async throws -> String? {
        guard approval.state(at: now) == .asked, try await others(approval, control) == 0 else { return nil }
        return FourEyes.Refusal.loneRemedy(approval.action.permission)
    }

    private func shown(_ approval: Approval) -> Approval {
        var shown = approval
        shown.state = approval.state(at: now)
        return shown
    }

    // MARK: - Deciding

    /// Approving carries it out at once.
    /// - Parameter reason: needed to decline.
    /// - Returns: the approval as it is then: declined, carried out, failed; or approved, when it is to be tried again.
    public func decide(
        _ id: ApprovalID, _ decision: Decision, reason: String?, _ cause: Cause
    ) async throws -> Approval {
        let reason = try Self.reason(reason, isNeeded: decision == .decline)
        let decided = try await act(id, decision == .approve ? .approve : .decline, cause.because(reason)) {
            [now] approval, member in
            approval.state = decision == .approve ? .approved : .declined
            (approval.decidedBy, approval.decidedAt, approval.decisionReason) = (member, now, reason)
            approval.endedAt = decision == .approve ? nil : now
        }
        guard decision == .approve else { return decided }
        try await carryOut(id, cause.because(reason))
        return try await find(id)
    }

    /// Who asked takes it back.
    public func withdraw(_ id: ApprovalID, reason: String?, _ cause: Cause) async throws -> Approval {
        let reason = try Self.reason(reason, isNeeded: false)
        return try await act(id, .withdraw, cause.because(reason)) { [now] approval, _ in
            (approval.state, approval.endedAt) = (.withdrawn, now)
        }
    }

    /// Of two who act at the same time the second waits for the first, and then finds it decided.
    private func act(
        _ id: ApprovalID, _ act: FourEyes.Act, _ cause: Cause,
        _ change: @Sendable (inout Approval, StaffID) -> Void
    ) async throws -> Approval {
        guard let member = cause.staff else {
            throw PlatformError(
                .forbidden, "Only a member of staff can decide this.", remedy: "Decide with a token of your own.")
        }
        do {
            return try await control.transaction { tx in
                guard let row = try await tx.query(ApprovalStore.lock(id)).first else {
                    throw PlatformError.notFound("approval")
                }
                var approval = try ApprovalStore.approval(row)
                let person = try await person(member, tx)
                let others = try await others(approval, tx)
                if let refusal = FourEyes.refusal(of: act, by: person, on: approval, others: others, at: now) {
                    throw refusal
                }
                change(&approval, member)
                _ = try await tx.query(ApprovalStore.move(approval))
                try await enter("approval.\(approval.state.rawValue)", approval, cause, tx)
                return approval
            }
        } catch let refusal as FourEyes.Refusal {
            // Whoever tried to decide what they may not stands in the trail.
            if refusal.error.code == .forbidden {
                try await audit.enter(
                    AuditRecord(
                        act.refusedAction, .init("approval", id), cause, outcome: .refused), in: .control)
            }
            throw refusal.error
        }
    }

    /// As they are now: what the request found at its start may have changed since.
    private func person(_ id: StaffID, _ tx: PostgresTransaction) async throws -> FourEyes.Person {
        guard let row = try await tx.query(StaffStore.find(id)).first else {
            throw PlatformError.notFound("member of staff")
        }
        let member = try StaffStore.member(row)
        return FourEyes.Person(id: id, roles: member.roles, isActive: member.state == .active)
    }

    private func others(_ approval: Approval, _ session: some PostgresSession) async throws -> Int {
        try await session.query(ApprovalStore.others(than: approval.askedBy)).filter { row in
            let roles = Set(try row.decode("roles", as: [String].self).compactMap(Role.init(rawValue:)))
            return roles.allow(approval.action.permission)
        }.count
    }

    func enter(
        _ action: String, _ approval: Approval, _ cause: Cause, after: JSON? = nil, _ tx: PostgresTransaction
    ) async throws {
        var plain = JSONObject([("action", .string(approval.action.rawValue))])
        plain["failure"] = approval.failure.map { .string($0) }
        let after = after ?? .object(plain)
        let record = AuditRecord(action, .init("approval", approval.id), cause, after: after)
        try await audit.enter(record, in: .control, tx)
        if let tenant = approval.tenant { try await audit.enter(record, in: .tenant(tenant), tx) }
    }

    private static func reason(_ text: String?, isNeeded: Bool) throws -> String? {
        let reason = text?.trimmed ?? ""
        if reason.isEmpty, !isNeeded { return nil }
        guard (1...1000).contains(reason.unicodeScalars.count), !reason.utf8.contains(0) else {
            throw PlatformError.invalid("reason", "say why, in 1 to 1000 characters")
        }
        return reason
    }
}

extension FourEyes.Act {
    fileprivate var refusedAction: String {
        switch self {
        case .approve: "approval.approved"
        case .decline: "approval.declined"
        case .withdraw: "approval.withdrawn"
        }
    }
}
