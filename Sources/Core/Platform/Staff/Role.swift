/// What a member of staff is. The matrix of who may do what is this file and nothing else; `Docs/roles.md` shows it.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// Answers for the provider: everything.
    case owner
    /// Brings tenants in: tenants, agreements, channels, keys.
    case onboarding
    /// Keeps it running: channels, dead letters, regions; may stop a tenant that does harm.
    case operations
    /// Helps tenants: sees how things stand, repeats what was given up.
    case support
    /// Looks at everything and changes nothing.
    case auditor

    public var permissions: Set<Permission> {
        switch self {
        case .owner: Set(Permission.allCases)
        case .onboarding:
            [
                .tenantsRead, .tenantsWrite, .tenantsSuspend, .tenantsTerminate, .agreementsRead, .agreementsWrite,
                .agreementsCountersign, .agreementsEnd, .channelsRead, .channelsWrite, .channelsMove, .keysRead,
                .keysWrite, .consentTermsRead, .consentTermsWrite, .installationRead, .approvalsRead, .accountOwn,
            ]
        case .operations:
            [
                .tenantsRead, .tenantsSuspend, .agreementsRead, .channelsRead, .channelsWrite, .channelsMove,
                .keysRead, .consentTermsRead, .deadLettersRead, .deadLettersRetry, .installationRead,
                .installationWrite, .approvalsRead, .accountOwn,
            ]
        case .support:
            [
                .tenantsRead, .agreementsRead, .channelsRead, .keysRead, .consentTermsRead, .deadLettersRead,
                .deadLettersRetry, .installationRead, .accountOwn,
            ]
        case .auditor:
            [
                .tenantsRead, .agreementsRead, .channelsRead, .keysRead, .consentTermsRead, .deadLettersRead,
                .installationRead, .staffRead, .auditRead, .approvalsRead, .accountOwn,
            ]
        }
    }
}

extension Set<Role> {
    /// Whether any of the roles allows it.
    public func allow(_ permission: Permission) -> Bool { contains { $0.permissions.contains(permission) } }

    /// What all of them together allow.
    public var permissions: Set<Permission> { reduce(into: []) { $0.formUnion($1.permissions) } }
}
