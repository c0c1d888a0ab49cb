/// Where a tenant stands with the provider. Only an `active` one sends. `TenantLifeCycle` says who leads to whom.
public enum TenantState: String, Sendable, Hashable, CaseIterable {
    /// Just made: staff writes down who it is.
    case draft
    /// Being brought in: its agreement is concluded, its channel connected, its key issued.
    case onboarding
    case active
    /// Stopped for now; goes on when staff resumes it.
    case suspended
    /// The contract is over. Its data can still be returned, until they are erased (Art. 28(3)(g) GDPR).
    case terminated
    /// Nothing of its data is left.
    case erased
}
