import PluginKit
import Postgres

import struct Foundation.Date

/// The SQL of signing in.
enum SignInStore {
    /// An active member with what they sign in by.
    static func credentials(email: Personal<String>) -> PostgresQuery {
        PostgresQuery(
            "sign-in.credentials",
            """
            SELECT s.staff_id, s.email, s.display_name, s.roles, s.state, s.language, s.revision, s.created_at,
                   p.hash, a.confirmed_at
            FROM staff s
            JOIN staff_passwords p ON p.staff_id = s.staff_id
            LEFT JOIN staff_authenticators a ON a.staff_id = s.staff_id
            WHERE lower(s.email) = lower($1) AND s.state = 'active'
            """, [email.revealed])
    }

    static func setPassword(_ member: StaffID, _ hash: PasswordHash, at now: Date) -> PostgresQuery {
        PostgresQuery(
            "sign-in.set-password",
            """
            INSERT INTO staff_passwords (staff_id, hash, changed_at)
            VALUES ($1, $2, $3)
            ON CONFLICT (staff_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at
            """, [member, hash.text, now])
    }

    // MARK: - Steps

    static func begin(
        _ kind: String, hash: [UInt8], of member: StaffID?, details: [UInt8]? = nil, until end: Date
    ) -> PostgresQuery {
        PostgresQuery(
            "sign-in.begin-step",
            """
            INSERT INTO sign_in_steps (token_hash, kind, staff_id, details_sealed, expires_at)
            VALUES ($1, $2, $3, $4, $5)
            """, [hash, kind, member, details, end])
    }

    static func step(_ kind: String, hash: [UInt8], at now: Date) -> PostgresQuery {
        PostgresQuery(
            "sign-in.step",
            """
            SELECT staff_id, details_sealed
            FROM sign_in_steps
            WHERE token_hash = $1 AND kind = $2 AND expires_at > $3
            """, [hash, kind, now])
    }

    /// Takes a step, which nobody can take again.
    static func take(_ kind: String, hash: [UInt8], at now: Date) -> PostgresQuery {
        PostgresQuery(
            "sign-in.take-step",
            """
            DELETE FROM sign_in_steps
            WHERE token_hash = $1 AND kind = $2 AND expires_at > $3
            RETURNING staff_id, details_sealed
            """, [hash, kind, now])
    }

    static func remove(_ kind: String, of member: StaffID?) -> PostgresQuery {
        PostgresQuery(
            "sign-in.remove-steps",
            "DELETE FROM sign_in_steps WHERE kind = $1 AND ($2::uuid IS NULL OR staff_id = $2)", [kind, member])
    }

    // MARK: - Authenticators

    static func propose(_ member: StaffID, sealed: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "sign-in.propose-authenticator",
            """
            INSERT INTO staff_authenticators (staff_id, secret_sealed)
            VALUES ($1, $2)
            ON CONFLICT (staff_id) DO NOTHING
            """, [member, sealed])
    }

    static func authenticator(of member: StaffID) -> PostgresQuery {
        PostgresQuery(
            "sign-in.authenticator",
            """
            SELECT secret_sealed, last_step, confirmed_at
            FROM staff_authenticators
            WHERE staff_id = $1
            FOR UPDATE
            """, [member])
    }

    static func used(_ member: StaffID, step: Int, at now: Date) -> PostgresQuery {
        PostgresQuery(
            "sign-in.use-code",
            """
            UPDATE staff_authenticators
            SET last_step = $2, confirmed_at = coalesce(confirmed_at, $3)
            WHERE staff_id = $1
            """, [member, step, now])
    }

    static func useRecovery(_ member: StaffID, hash: [UInt8], at now: Date) -> PostgresQuery {
        PostgresQuery(
            "sign-in.use-recovery-code",
            """
            UPDATE staff_recovery_codes
            SET used_at = $3
            WHERE staff_id = $1 AND code_hash = $2 AND used_at IS NULL
            """, [member, hash, now])
    }

    static func addRecovery(_ member: StaffID, hashes: [[UInt8]]) -> PostgresQuery {
        PostgresQuery(
            "sign-in.add-recovery-codes",
            "INSERT INTO staff_recovery_codes (staff_id, code_hash) SELECT $1, unnest($2::bytea[])", [member, hashes])
    }

    /// Everything by which a member signed in so far.
    static func forget(_ member: StaffID, at now: Date) -> [PostgresQuery] {
        [
            PostgresQuery(
                "sign-in.forget-authenticator", "DELETE FROM staff_authenticators WHERE staff_id = $1", [member]),
            PostgresQuery(
                "sign-in.forget-recovery-codes", "DELETE FROM staff_recovery_codes WHERE staff_id = $1", [member]),
            PostgresQuery("sign-in.forget-devices", "DELETE FROM staff_devices WHERE staff_id = $1", [member]),
            PostgresQuery("sign-in.forget-steps", "DELETE FROM sign_in_steps WHERE staff_id = $1", [member]),
            SessionStore.end(nil, of: member, at: now),
        ]
    }

    // MARK: - Devices

    static func device(_ hash: [UInt8], of member: StaffID, since: Date) -> PostgresQuery {
        PostgresQuery(
            "sign-in.device",
            "SELECT 1 FROM staff_devices WHERE staff_id = $1 AND device_hash = $2 AND last_seen_at > $3",
            [member, hash, since])
    }

    static func know(_ hash: [UInt8], of member: StaffID, at now: Date) -> PostgresQuery {
        PostgresQuery(
            "sign-in.know-device",
            """
            INSERT INTO staff_devices (staff_id, device_hash, last_seen_at)
            VALUES ($1, $2, $3)
            ON CONFLICT (staff_id, device_hash) DO UPDATE SET last_seen_at = excluded.last_seen_at
            """, [member, hash, now])
    }

    // MARK: - Housekeeping

    static func tidyUp(at now: Date) -> [PostgresQuery] {
        [
            PostgresQuery("sign-in.remove-over", "DELETE FROM sign_in_steps WHERE expires_at <= $1", [now]),
            PostgresQuery(
                "sign-in.remove-failures", "DELETE FROM sign_in_failures WHERE last_at < $1",
                [now.addingTimeInterval(-SignInThrottle.memory)]),
            PostgresQuery(
                "sign-in.remove-devices", "DELETE FROM staff_devices WHERE last_seen_at < $1",
                [now.addingTimeInterval(-SignInService.deviceMemory)]),
        ]
    }
}
