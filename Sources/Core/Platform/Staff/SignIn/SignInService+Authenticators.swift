import Postgres

extension SignInService {
    /// Members who have set up an authenticator.
    public func membersWithAuthenticator() async throws -> Set<StaffID> {
        let rows = try await control.query(
            PostgresQuery(
                "sign-in.with-authenticator",
                """
                SELECT staff_id
                FROM staff_authenticators
                WHERE confirmed_at IS NOT NULL
                """))
        return Set(try rows.map { try $0.decode("staff_id") })
    }
}
