public import PluginKit
public import Postgres

public import struct Foundation.Date

/// Provider staff's tokens for the admin API.
public struct AdminTokenService: Sendable {
    private let control: PostgresClient

    public init(database: PostgresClient) { control = database }

    /// - Returns: the token as it is listed, and its text, which is shown now and never again.
    public func issue(label: String, expiresAt: Date) async throws -> (AdminToken, Secret<String>) {
        let label = label.trimmed
        guard (1...200).contains(label.count), !label.utf8.contains(0) else {
            throw PlatformError.invalid("label", "give 1 to 200 characters")
        }
        let token = APIToken.generate(.admin)
        let rows = try await control.query(
            PostgresQuery(
                "admin-tokens.issue",
                """
                INSERT INTO admin_tokens (admin_token_id, label, prefix, token_hash, expires_at)
                VALUES ($1, $2, $3, $4, $5)
                RETURNING admin_token_id, label, prefix, created_at, expires_at, revoked_at
                """, [AdminTokenID.generate(), label, token.prefix, token.hash, expiresAt]))
        return (try Self.token(rows[0]), token.text)
    }

    /// Records a token made elsewhere, without an end; recording it again changes nothing.
    public func install(token text: Secret<String>, label: String) async throws {
        guard let token = APIToken(text.revealed), token.kind == .admin else {
            throw PlatformError.invalid("token", "this is not an admin token")
        }
        _ = try await control.query(
            PostgresQuery(
                "admin-tokens.install",
                """
                INSERT INTO admin_tokens (admin_token_id, label, prefix, token_hash)
                VALUES ($1, $2, $3, $4)
                ON CONFLICT (token_hash) DO NOTHING
                """, [AdminTokenID.generate(), label, token.prefix, token.hash]))
    }

    /// Oldest first, those included that are no longer in force.
    public func list() async throws -> [AdminToken] {
        let rows = try await control.query(
            PostgresQuery(
                "admin-tokens.list",
                """
                SELECT admin_token_id, label, prefix, created_at, expires_at, revoked_at
                FROM admin_tokens
                ORDER BY created_at, admin_token_id
                """))
        return try rows.map(Self.token)
    }

    /// Takes effect with the next request, in every process. Revoking again changes nothing.
    public func revoke(_ id: AdminTokenID) async throws {
        let rows = try await control.query(
            PostgresQuery(
                "admin-tokens.revoke",
                "UPDATE admin_tokens SET revoked_at = coalesce(revoked_at, now()) WHERE admin_token_id = $1", [id]))
        guard rows.affectedRows == 1 else { throw PlatformError.notFound("staff token") }
    }

    /// - Returns: false for a token that is none, is unknown, revoked or expired; it does not say which.
    public func authenticate(token text: String) async throws -> Bool {
        guard let token = APIToken(text), token.kind == .admin else { return false }
        let rows = try await control.query(
            PostgresQuery(
                "admin-tokens.authenticate",
                """
                SELECT 1 AS known
                FROM admin_tokens
                WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
                """, [token.hash]))
        return rows.first != nil
    }

    private static func token(_ row: PostgresRow) throws -> AdminToken {
        AdminToken(
            id: try row.decode("admin_token_id"), label: try row.decode("label"), prefix: try row.decode("prefix"),
            createdAt: try row.decode("created_at"), expiresAt: try row.decode("expires_at"),
            revokedAt: try row.decode("revoked_at"))
    }
}
