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

    static func member(_ row: PostgresRow) throws -> StaffMember {
        StaffMember(
            id: try row.decode("staff_id"), email: Personal(try row.decode("email", as: String.self)),
            displayName: Personal(try row.decode("display_name", as: String.self)),
            roles: Set(try row.decode("roles", as: [String].self).compactMap(Role.init(rawValue:))),
            state: try row.decode("state"), language: try row.decode("language"),
            revision: try row.decode("revision"), createdAt: try row.decode("created_at"))
    }
}
