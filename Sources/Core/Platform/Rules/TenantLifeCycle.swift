/// How a tenant moves from state to state, and what it takes to move it.
///
/// ```
/// draft -> onboarding -> active <-> suspended
/// draft | onboarding | active | suspended -> terminated -> erased
/// ```
public enum TenantLifeCycle {
    /// Where a tenant may go next. From `erased` nothing leads on.
    public static func next(from state: TenantState) -> Set<TenantState> {
        switch state {
        case .draft: [.onboarding, .terminated]
        case .onboarding: [.active, .terminated]
        case .active: [.suspended, .terminated]
        case .suspended: [.active, .terminated]
        case .terminated: [.erased]
        case .erased: []
        }
    }

    /// What a member of staff must be allowed to, to make this move.
    /// - Returns: nil for a move that nobody can make.
    public static func permission(from old: TenantState, to new: TenantState) -> Permission? {
        guard next(from: old).contains(new) else { return nil }
        switch (old, new) {
        case (_, .terminated), (_, .erased): return .tenantsTerminate
        case (.active, .suspended), (.suspended, .active): return .tenantsSuspend
        default: return .tenantsWrite
        }
    }

    /// Whether whoever moves a tenant there has to say why: it is taken from somebody, and they will ask.
    public static func needsReason(_ state: TenantState) -> Bool {
        state == .suspended || state == .terminated
    }

    /// Whether nothing may be missing (`GoLiveChecklist`) when a tenant moves there.
    public static func needsReadiness(_ state: TenantState) -> Bool { state == .active }

    /// Whether staff may still change who the tenant is: not once it is over, because what was agreed with whom is then evidence.
    public static func allowsChanges(_ state: TenantState) -> Bool {
        state != .terminated && state != .erased
    }

    /// Whether the move takes something away, so that the tenant's region must hear of it before the control plane has it.
    public static func takesAway(_ state: TenantState) -> Bool { state != .active }
}
