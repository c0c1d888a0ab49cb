import PluginKit
import Postgres

import struct Foundation.Date

/// The SQL of sessions.
enum SessionStore {
    static func begin(_ session: ConsoleSession, hash: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "sessions.begin",
            """
            INSERT INTO staff_sessions (session_id, token_hash, staff_id, staff_revision, method, agent, started_at, last_seen_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
            """,
            [
                session.id, hash, session.staff, session.staffRevision, session.method, session.agent?.revealed,
                session.startedAt,
            ])
    }

    /// The session and its member, who is active.
    static func find(hash: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "sessions.find",
            """
            SELECT n.session_id, n.method, n.agent, n.started_at, n.last_seen_at, n.ended_at, n.staff_revision,
                   s.staff_id, s.email, s.display_name, s.roles, s.state, s.language, s.revision, s.created_at
            FROM staff_sessions n
            JOIN staff s ON s.staff_id = n.staff_id
            WHERE n.token_hash = $1 AND n.ended_at IS NULL AND s.state = 'active'
            """, [hash])
    }

    static func use(_ id: SessionID, at now: Date) -> PostgresQuery {
        PostgresQuery(
            "sessions.use", "UPDATE staff_sessions SET last_seen_at = $2 WHERE session_id = $1 AND last_seen_at < $2",
            [id, now])
    }

    /// Gives a session another token, unless it has one already.
    static func renew(
        _ id: SessionID, from old: [UInt8], to new: [UInt8], revision: Int, at now: Date
    ) -> PostgresQuery {
        PostgresQuery(
            "sessions.renew",
            """
            UPDATE staff_sessions
            SET token_hash = $3, staff_revision = $4, last_seen_at = $5
            WHERE session_id = $1 AND token_hash = $2 AND ended_at IS NULL
            """, [id, old, new, revision, now])
    }

    /// Those that are still good, newest first.
    static func list(of member: StaffID) -> PostgresQuery {
        PostgresQuery(
            "sessions.list",
            """
            SELECT session_id, staff_id, method, agent, started_at, last_seen_at, ended_at, staff_revision
            FROM staff_sessions
            WHERE staff_id = $1 AND ended_at IS NULL
            ORDER BY session_id DESC
            """, [member])
    }

    /// - Parameter id: nil for all.
    static func end(_ id: SessionID?, of member: StaffID, at now: Date) -> PostgresQuery {
        PostgresQuery(
            "sessions.end",
            """
            UPDATE staff_sessions
            SET ended_at = $3
            WHERE staff_id = $2 AND ($1::uuid IS NULL OR session_id = $1) AND ended_at IS NULL
            """, [id, member, now])
    }

    static func endOthers(than id: SessionID, of member: StaffID, at now: Date) -> PostgresQuery {
        PostgresQuery(
            "sessions.end-others",
            "UPDATE staff_sessions SET ended_at = $3 WHERE staff_id = $2 AND session_id <> $1 AND ended_at IS NULL",
            [id, member, now])
    }

    static func removeOld(before: Date) -> PostgresQuery {
        PostgresQuery(
            "sessions.remove-old",
            "DELETE FROM staff_sessions WHERE coalesce(ended_at, last_seen_at) < $1", [before])
    }

    static func session(_ row: PostgresRow) throws -> ConsoleSession {
        ConsoleSession(
            id: try row.decode("session_id"), staff: try row.decode("staff_id"), method: try row.decode("method"),
            agent: try row.decode("agent", as: String?.self).map { Personal($0) },
            startedAt: try row.decode("started_at"), lastSeenAt: try row.decode("last_seen_at"),
            endedAt: try row.decode("ended_at"), staffRevision: try row.decode("staff_revision"))
    }
}
