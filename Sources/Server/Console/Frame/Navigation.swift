/// The parts of the console.
enum NavigationItem: String, CaseIterable {
    case tenants, approvals, audit, staff, regions, account

    var path: String {
        switch self {
        case .tenants: ConsolePath.tenants
        case .approvals: ConsolePath.approvals
        case .audit: ConsolePath.audit
        case .staff: ConsolePath.staff
        case .regions: ConsolePath.regions
        case .account: ConsolePath.account
        }
    }

    /// Nil for what everyone who is signed in may see.
    var permission: ConsolePermission? {
        switch self {
        case .tenants: .tenants
        case .approvals: .approvals
        case .audit: .audit
        case .staff: .staff
        case .regions: .regions
        case .account: nil
        }
    }
}
