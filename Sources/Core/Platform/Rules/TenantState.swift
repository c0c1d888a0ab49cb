/// Where a tenant stands with the provider. Only an `active` one sends.
public enum TenantState: String, Sendable, Hashable, CaseIterable {
    case draft, onboarding, active, suspended, terminated, erased
}
