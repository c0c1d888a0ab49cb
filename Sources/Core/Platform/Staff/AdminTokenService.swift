public import PluginKit
import Postgres

public import struct Foundation.Date
public import typealias Foundation.TimeInterval

/// Provider staff's tokens for the admin API. A token may do what its member may.
public struct AdminTokenService: Sendable {
    let control: PostgresClient
    let audit: AuditTrail

    /// How long a token that is made through the API is good at most: 365 days.
    public static let longest: TimeInterval = 365 * 86_400

    /// - Parameter longest: how far away the end may be; nil for whoever runs `obhut` on the server's machine.
    /// - Returns: the token as it is listed, and its text, which is shown now and never again.
    public func issue(
        for member: StaffID, label: String, expiresAt: Date, atMost longest: TimeInterval? = nil, _ cause: Cause
    ) async throws -> (AdminToken, Secret<String>) {
        let label = label.trimmed
        guard (1...200).contains(label.unicodeScalars.count), !label.utf8.contains(0) else {
            throw PlatformError.invalid("label", "give 1 to 200 characters")
        }
        guard expiresAt > Date() else { throw PlatformError.invalid("expires_at", "give a time to come") }
        if let longest, expiresAt.timeIntervalSinceNow > longest {
            throw PlatformError.invalid("expires_at", "give a time within \(Int(longest / 86_400)) days")
        }
        let text = APIToken.generate(.admin)
        return try await control.transaction { tx in
            let rows = try await tx.query(
                PostgresQuery(
                    "admin-tokens.issue",
                    """
                    INSERT INTO admin_tokens (admin_token_id, staff_id, label, prefix, token_hash, expires_at)
                    SELECT $1, staff_id, $3, $4, $5, $6
                    FROM staff
                    WHERE staff_id = $2 AND state = 'active'
                    RETURNING admin_token_id, staff_id, label, prefix, created_at, expires_at, revoked_at, last_used_at
                    """, [AdminTokenID.generate(), member, label, text.prefix, text.hash, expiresAt]))
            guard let row = rows.first else { throw PlatformError.notFound("member of staff") }
            let token = try Self.token(row)
            try await audit.enter(
                AuditRecord(
                    "staff_token.issued", .init("staff_token", token.id), cause,
                    after: ["staff_id": .string(member.description), "expires_at": .string(expiresAt.rfc3339)]),
                in: .control, tx)
            return (token, text.text)
        }
    }

    /// Records a token made elsewhere, without an end; recording it again changes nothing but whose it is.
    public func install(token text: Secret<String>, for member: StaffID, label: String) async throws {
        guard let token = APIToken(text.revealed), token.kind == .admin else {
            throw PlatformError.invalid("token", "this is not an admin token")
        }
        _ = try await control.query(
            PostgresQuery(
                "admin-tokens.install",
                """
                INSERT INTO admin_tokens (admin_token_id, staff_id, label, prefix, token_hash)
                VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (token_hash) DO UPDATE SET staff_id = excluded.staff_id
                """, [AdminTokenID.generate(), member, label, token.prefix, token.hash]))
    }

    /// Oldest first, those included that are no longer in force.
    /// - Parameter member: nil for everybody's.
    public func list(of member: StaffID? = nil) async throws -> [AdminToken] {
        let rows = try await control.query(
            PostgresQuery(
                "admin-tokens.list",
                """
                SELECT admin_token_id, staff_id, label, prefix, created_at, expires_at, revoked_at, last_used_at
                FROM admin_tokens
                WHERE $1::uuid IS NULL OR staff_id = $1
                ORDER BY created_at, admin_token_id
                """, [member]))
        return try rows.map(Self.token)
    }

    /// Takes effect with the next request, in every process. Revoking again changes nothing.
    /// - Parameter member: whose it must be; nil for anybody's.
    public func revoke(_ id: AdminTokenID, of member: StaffID? = nil, _ cause: Cause) async throws {
        try await control.transaction { tx in
            let rows = try await tx.query(
                PostgresQuery(
                    "admin-tokens.revoke",
                    """
                    UPDATE admin_tokens t
                    SET revoked_at = coalesce(t.revoked_at, now())
                    FROM (SELECT revoked_at FROM admin_tokens WHERE admin_token_id = $1 FOR UPDATE) former
                    WHERE admin_token_id = $1 AND ($2::uuid IS NULL OR staff_id = $2)
                    RETURNING former.revoked_at
                    """, [id, member]))
            guard let row = rows.first else { throw PlatformError.notFound("staff token") }
            guard try row.decode("revoked_at", as: Date?.self) == nil else { return }
            try await audit.enter(
                AuditRecord("staff_token.revoked", .init("staff_token", id), cause), in: .control, tx)
        }
    }

    /// - Returns: nil for a token that is none, is unknown, revoked or expired, or whose member is disabled; it does not say which.
    public func authenticate(token text: String) async throws -> StaffMember? {
        guard let token = APIToken(text), token.kind == .admin else { return nil }
        let rows = try await control.query(
            PostgresQuery(
                "admin-tokens.authenticate",
                """
                WITH known AS (
                    SELECT t.admin_token_id, s.staff_id, s.email, s.display_name, s.roles, s.state, s.language, s.revision,
                           s.created_at
                    FROM admin_tokens t
                    JOIN staff s ON s.staff_id = t.staff_id
                    WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())
                      AND s.state = 'active'
                ), used AS (
                    UPDATE admin_tokens t
                    SET last_used_at = now()
                    FROM known
                    WHERE t.admin_token_id = known.admin_token_id
                      AND (t.last_used_at IS NULL OR t.last_used_at < now() - interval '1 minute')
                )
                SELECT staff_id, email, display_name, roles, state, language, revision, created_at FROM known
                """, [token.hash]))
        return try rows.first.map(StaffStore.member)
    }

    private static func token(_ row: PostgresRow) throws -> AdminToken {
        AdminToken(
            id: try row.decode("admin_token_id"), staff: try row.decode("staff_id"), label: try row.decode("label"),
            prefix: try row.decode("prefix"), createdAt: try row.decode("created_at"),
            expiresAt: try row.decode("expires_at"), revokedAt: try row.decode("revoked_at"),
            lastUsedAt: try row.decode("last_used_at"))
    }
}
