import Logging
import PluginKit
import Postgres

import typealias Foundation.TimeInterval

/// How the effect happens once.
///
/// Deciding commits the state `approved` before anything is done, so that of two who approve at once one only gets
/// that far. Whoever then holds the approval's lock carries it out, and writes down the end in the transaction that
/// holds the lock; the lock is PostgreSQL's, and goes when its process does. What a process left `approved` when it
/// died is found by `StaffKeeper` in any process, and tried again; should the effect have happened before the end was
/// written down, the handler finds it done.
extension ApprovalService {
    /// How long it is tried, when what is in the way may pass.
    static let patience: TimeInterval = 86_400

    /// Carries out what was approved, unless somebody else does so now or did.
    func carryOut(_ id: ApprovalID, _ cause: Cause) async throws {
        // No retries: the handler has effects of its own.
        try await control.transaction(retries: 0) { tx in
            guard try await tx.query(ApprovalStore.claim(id))[0].decode("is_mine", as: Bool.self),
                let row = try await tx.query(ApprovalStore.find(id)).first
            else { return }
            var approval = try ApprovalStore.approval(row)
            guard approval.state == .approved, let handle = handler(of: approval.action) else { return }
            do {
                try await handle(approval, cause)
                approval.state = .carriedOut
            } catch {
                let isLate = approval.decidedAt.map { $0.addingTimeInterval(Self.patience) < now } ?? true
                if Self.mayPass(error), !isLate {
                    logger.warning(
                        "an approved action is tried again later",
                        metadata: ["approval": "\(id)", "error": "\(Self.sentence(error))"])
                    return
                }
                (approval.state, approval.failure) = (.failed, Self.sentence(error))
            }
            approval.endedAt = now
            _ = try await tx.query(ApprovalStore.move(approval))
            try await enter("approval.\(approval.state.rawValue)", approval, cause, tx)
        }
    }

    /// Writes down what nobody decided in time, and carries out what a process that died left.
    func tidyUp() async throws {
        for row in try await control.query(ApprovalStore.leftOver(at: now)) {
            let id = try row.decode("approval_id", as: ApprovalID.self)
            if try row.decode("state", as: Approval.State.self) == .asked {
                try await expire(id)
            } else if let decider = try await find(id).decidedBy {
                try await carryOut(id, Cause(Principal(.staff, id: decider.description)))
            }
        }
    }

    private func expire(_ id: ApprovalID) async throws {
        try await control.transaction { tx in
            guard let row = try await tx.query(ApprovalStore.lock(id)).first else { return }
            var approval = try ApprovalStore.approval(row)
            guard approval.state == .asked, approval.state(at: now) == .expired else { return }
            (approval.state, approval.endedAt) = (.expired, now)
            _ = try await tx.query(ApprovalStore.move(approval))
            try await enter("approval.expired", approval, .system, tx)
        }
    }

    /// Whether it is worth another try.
    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case is CancellationError: true
        case let error as PostgresError: error.isTransient || error.code == .closed || error.code == .cancelled
        case let error as PlatformError: error.code == .unavailable
        default: false
        }
    }

    /// Only errors whose description is made to hold no data are told.
    private static func sentence(_ error: any Error) -> String {
        let text =
            switch error {
            case let error as PlatformError: error.message
            case let error as PostgresError: "\(error)"
            default: "\(type(of: error))"
            }
        return String(text.prefix(1000))
    }
}
