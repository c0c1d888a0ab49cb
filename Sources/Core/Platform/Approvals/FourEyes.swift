import struct Foundation.Date
import typealias Foundation.TimeInterval

/// Who may decide what another asked for.
enum FourEyes {
    /// How long an approval can be decided.
    static let lifetime: TimeInterval = 7 * 86_400

    enum Act: Sendable, Hashable, CaseIterable { case approve, decline, withdraw }

    /// Who acts, as they stand now.
    struct Person: Sendable, Hashable {
        var id: StaffID
        var roles: Set<Role>
        var isActive: Bool

        func may(_ permission: Permission) -> Bool { isActive && roles.allow(permission) }
    }

    enum Refusal: Error, Sendable, Hashable {
        /// It is no longer open.
        case over(Approval.State)
        /// They lack the permission of the action, or are no longer on the staff.
        case notAllowed(Permission)
        /// They asked themselves.
        case ownRequest
        /// They asked themselves, and nobody else could decide.
        case nobodyElse(Permission)
        /// Only who asked can take it back.
        case othersRequest
    }

    /// - Parameter others: how many active members other than the asker have the permission.
    /// - Returns: nil when they may.
    static func refusal(
        of act: Act, by person: Person, on approval: Approval, others: Int, at now: Date
    ) -> Refusal? {
        let state = approval.state(at: now)
        guard state == .asked else { return .over(state) }
        if act == .withdraw {
            guard person.id == approval.askedBy else { return .othersRequest }
            return person.isActive ? nil : .notAllowed(.accountOwn)
        }
        let permission = approval.action.permission
        guard person.may(permission) else { return .notAllowed(permission) }
        guard person.id != approval.askedBy else { return others == 0 ? .nobodyElse(permission) : .ownRequest }
        return nil
    }
}

extension FourEyes.Refusal {
    var error: PlatformError {
        switch self {
        case .over(let state):
            PlatformError(
                .conflict, "This was \(state.rawValue.replacing("_", with: " ")) already.",
                remedy: "Look at it; ask anew when it is still wanted.")
        case .notAllowed(let permission):
            PlatformError(
                .forbidden, "Deciding this needs the permission \(permission.rawValue).",
                remedy: "Ask a colleague who has it.")
        case .ownRequest:
            PlatformError(
                .forbidden, "Who asked cannot decide.", remedy: "Ask a colleague to decide, or withdraw it.")
        case .nobodyElse(let permission):
            PlatformError(.forbidden, "Who asked cannot decide.", remedy: Self.loneRemedy(permission))
        case .othersRequest:
            PlatformError(.forbidden, "Only who asked can withdraw.", remedy: "Decline it instead.")
        }
    }

    /// What to do where one person is all there is.
    static func loneRemedy(_ permission: Permission) -> String {
        "Nobody else on the staff has the permission \(permission.rawValue): add a second member (POST /admin/v1/staff or obhut staff add), who then decides."
    }
}
