import PluginKit
import Postgres

/// The SQL of the provider's people.
enum StaffStore {
    static func add(_ id: StaffID, _ new: NewStaffMember) -> PostgresQuery {
        PostgresQuery(
            "staff.add",
            """
            INSERT INTO staff (staff_id, email, display_name, roles, state, language)
            VALUES ($1, $2, $3, $4, 'active', $5)
            RETURNING staff_id, email, display_name, roles, state, language, revision, created_at
            """,
            [
                id, new.email.revealed, new.displayName.revealed, new.roles.map(\.rawValue).sorted(), new.language,
            ])
    }

    static func find(_ id: StaffID) -> PostgresQuery {
        PostgresQuery(
            "staff.find",
            """
            SELECT staff_id, email, display_name, roles, state, language, revision, created_at
            FROM staff
            WHERE staff_id = $1
            """, [id])
    }

    static func find(email: Personal<String>) -> PostgresQuery {
        PostgresQuery(
            "staff.find-by-email",
            """
            SELECT staff_id, email, display_name, roles, state, language, revision, created_at
            FROM staff
            WHERE lower(email) = lower($1)
            """, [email.revealed])
    }

    static func list() -> PostgresQuery {
        PostgresQuery(
            "staff.list",
            """
            SELECT staff_id, email, display_name, roles, state, language, revision, created_at
            FROM staff
            ORDER BY staff_id
            """)
    }

    /// Active owners, locked in one order.
    static func lockOwners(except email: String) -> PostgresQuery {
        PostgresQuery(
            "staff.lock-owners",
            """
            SELECT staff_id
            FROM staff
            WHERE state = 'active' AND 'owner' = ANY (roles) AND lower(email) <> lower($1)
            ORDER BY staff_id
            FOR UPDATE
            """, [email])
    }

    static func lock(_ id: StaffID) -> PostgresQuery {
        PostgresQuery(
            "staff.lock",
            """
            SELECT staff_id, email, display_name, roles, state, language, revision, created_at
            FROM staff
            WHERE staff_id = $1
            FOR UPDATE
            """, [id])
    }

    static func change(_ member: StaffMember) -> PostgresQuery {
        PostgresQuery(
            "staff.change",
            """
            UPDATE staff
            SET display_name = $2, roles = $3, state = $4, language = $5, revision = revision + 1, updated_at = now()
            WHERE staff_id = $1
            RETURNING staff_id, email, display_name, roles, state, language, revision, created_at
            """,
            [
                member.id, member.displayName.revealed, member.roles.map(\.rawValue).sorted(), member.state,
                member.language,
            ])
    }

    /// Ends whatever a member could come in by; they come back by being enabled and signing in anew.
    static func shutOut(_ id: StaffID) -> [PostgresQuery] {
        [
            PostgresQuery(
                "staff.revoke-tokens",
                "UPDATE admin_tokens SET revoked_at = now() WHERE staff_id = $1 AND revoked_at IS NULL", [id]),
            PostgresQuery(
                "staff.end-sessions",
                "UPDATE staff_sessions SET ended_at = now() WHERE staff_id = $1 AND ended_at IS NULL", [id]),
            PostgresQuery("staff.end-steps", "DELETE FROM sign_in_steps WHERE staff_id = $1", [id]),
        ]
    }

    static func member(_ row: PostgresRow) throws -> StaffMember {
        StaffMember(
            id: try row.decode("staff_id"), email: Personal(try row.decode("email", as: String.self)),
            displayName: Personal(try row.decode("display_name", as: String.self)),
            roles: Set(try row.decode("roles", as: [String].self).compactMap(Role.init(rawValue:))),
            state: try row.decode("state"), language: try row.decode("language"),
            revision: try row.decode("revision"), createdAt: try row.decode("created_at"))
    }
}
