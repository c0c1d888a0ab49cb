public import PluginKit
public import Postgres
import struct Foundation.UUID

/// Provider staff's tokens for the admin API.
public struct AdminTokenService: Sendable {
    private let control: PostgresClient

    public init(database: PostgresClient) { control = database }

    public func issue(label: String) async throws -> Secret<String> {
        let token = APIToken.generate(.admin)
        try await install(token: token.text, label: label)
        return token.text
    }

    /// Records a token made elsewhere; recording it again changes nothing.
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
                """, [UUID(), label, token.prefix, token.hash]))
    }

    public func authenticate(token text: String) async throws -> Bool {
        guard let token = APIToken(text), token.kind == .admin else { return false }
        let rows = try await control.query(
            PostgresQuery(
                "admin-tokens.authenticate",
                "SELECT 1 AS known FROM admin_tokens WHERE token_hash = $1 AND revoked_at IS NULL", [token.hash]))
        return rows.first != nil
    }
}
