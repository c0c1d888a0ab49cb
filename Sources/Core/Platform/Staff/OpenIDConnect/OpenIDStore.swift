import PluginKit
import Postgres

/// The SQL of who staff are at providers.
enum OpenIDStore {
    static func member(_ issuer: String, _ subject: String) -> PostgresQuery {
        PostgresQuery(
            "oidc.member",
            """
            SELECT s.staff_id, s.email, s.display_name, s.roles, s.state, s.language, s.revision, s.created_at
            FROM staff_identities i
            JOIN staff s ON s.staff_id = i.staff_id
            WHERE i.issuer = $1 AND i.subject = $2
            """, [issuer, subject])
    }

    /// An active member of that address who is nobody at the issuer yet: an address that the issuer gave to another
    /// person later leads to nobody.
    static func unlinked(email: Personal<String>, at issuer: String) -> PostgresQuery {
        PostgresQuery(
            "oidc.unlinked",
            """
            SELECT s.staff_id, s.email, s.display_name, s.roles, s.state, s.language, s.revision, s.created_at
            FROM staff s
            WHERE lower(s.email) = lower($1) AND s.state = 'active'
              AND NOT EXISTS (SELECT FROM staff_identities i WHERE i.staff_id = s.staff_id AND i.issuer = $2)
            FOR UPDATE OF s
            """, [email.revealed, issuer])
    }

    static func link(_ member: StaffID, _ issuer: String, _ subject: String) -> PostgresQuery {
        PostgresQuery(
            "oidc.link", "INSERT INTO staff_identities (issuer, subject, staff_id) VALUES ($1, $2, $3)",
            [issuer, subject, member])
    }
}
