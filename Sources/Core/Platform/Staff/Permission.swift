/// What a member of staff may be allowed to do. Every route of the admin API and every page of the console asks for one.
public enum Permission: String, Sendable, Hashable, CaseIterable {
    case tenantsRead = "tenants:read"
    /// Make tenants, change their details, move them as far as `active`.
    case tenantsWrite = "tenants:write"
    /// Suspend and resume: to stop harm must not need many hands.
    case tenantsSuspend = "tenants:suspend"
    /// Terminate, export and erase; with four eyes.
    case tenantsTerminate = "tenants:terminate"
    case agreementsRead = "agreements:read"
    /// Draft, offer and withdraw; keep texts; record instructions and objections.
    case agreementsWrite = "agreements:write"
    /// Sign for the provider.
    case agreementsCountersign = "agreements:countersign"
    /// Suspend, reinstate and end; ending with four eyes.
    case agreementsEnd = "agreements:end"
    case channelsRead = "channels:read"
    case channelsWrite = "channels:write"
    /// Move a number to another tenant; with four eyes.
    case channelsMove = "channels:move"
    /// See a tenant's terms of consent and where it asks people.
    case consentTermsRead = "consent_terms:read"
    /// Change them for the tenant.
    case consentTermsWrite = "consent_terms:write"
    case keysRead = "keys:read"
    case keysWrite = "keys:write"
    case deadLettersRead = "dead_letters:read"
    case deadLettersRetry = "dead_letters:retry"
    /// Regions, plugins, what belongs to nobody, metrics.
    case installationRead = "installation:read"
    case installationWrite = "installation:write"
    case staffRead = "staff:read"
    case staffWrite = "staff:write"
    case auditRead = "audit:read"
    /// See what waits for a second pair of eyes. Deciding needs the permission of what is decided.
    case approvalsRead = "approvals:read"
    /// One's own account: tokens, sessions, password. Everybody on the staff.
    case accountOwn = "account:own"
}
