public import Postgres

extension SQLState {
    /// Row-level security refused a row of a tenant that is being moved (Migrations/region/0010).
    static let tenantMoving: SQLState = "OB001"
}

extension PlatformError {
    /// What a caller is told when the tenant is being moved: as the gate says it, or as the database itself refused.
    /// - Returns: nil for any other error.
    public static func moving(_ error: any Error) -> PlatformError? {
        switch error {
        case let error as PlatformError where error.refusal?.code == .tenantMoving: error
        case let error as PostgresError where error.sqlState == .tenantMoving: PlatformError(Refusal(.tenantMoving))
        default: nil
        }
    }
}
