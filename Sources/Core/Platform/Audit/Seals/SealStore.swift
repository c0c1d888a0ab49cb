import Postgres

import struct Foundation.Date

/// The SQL of seals.
enum SealStore {
    /// One makes seals at a time, in all processes: each follows the one before.
    static func lock() -> PostgresQuery {
        PostgresQuery("audit-seals.lock", "SELECT pg_advisory_xact_lock(hashtext('obhut.audit_seals'))")
    }

    static func add(_ seal: AuditSeal) -> PostgresQuery {
        PostgresQuery(
            "audit-seals.add",
            """
            INSERT INTO audit_seals
                (seal_number, sealed_day, sealed_at, document, seal, certificate, is_self_signed, is_timestamped)
            VALUES ($1, $2::text::date, $3, $4, $5, $6, $7, $8)
            """,
            [
                seal.number, seal.day, seal.sealedAt, seal.document, seal.seal, seal.certificate, seal.isSelfSigned,
                seal.isTimestamped,
            ])
    }

    /// In the order in which they were made.
    static func after(_ number: Int, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "audit-seals.after",
            """
            SELECT seal_number, sealed_day::text AS sealed_day, sealed_at, document, seal, certificate, is_self_signed,
                   is_timestamped
            FROM audit_seals
            WHERE seal_number > $1
            ORDER BY seal_number
            LIMIT $2
            """, [number, limit])
    }

    /// Newest first.
    static func before(_ number: Int?, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "audit-seals.before",
            """
            SELECT seal_number, sealed_day::text AS sealed_day, sealed_at, document, seal, certificate, is_self_signed,
                   is_timestamped
            FROM audit_seals
            WHERE $1::bigint IS NULL OR seal_number < $1
            ORDER BY seal_number DESC
            LIMIT $2
            """, [number, limit])
    }

    /// The newest day that was sealed, and when the trail began.
    static func reach() -> PostgresQuery {
        PostgresQuery(
            "audit-seals.reach",
            """
            SELECT (SELECT max(sealed_day)::text FROM audit_seals) AS sealed_day,
                   (SELECT occurred_at FROM audit_entries WHERE chain = 'control' AND sequence = 1) AS began_at
            """)
    }

    /// Each chain's last entry before a moment. Clocks of several processes differ, so it is the highest number that counts.
    static func heads(before moment: Date) -> PostgresQuery {
        PostgresQuery(
            "audit-seals.heads",
            """
            SELECT h.chain, e.sequence, e.hash
            FROM audit_heads h
            CROSS JOIN LATERAL (
                SELECT sequence, hash
                FROM audit_entries
                WHERE chain = h.chain AND occurred_at < $1
                ORDER BY sequence DESC
                LIMIT 1
            ) e
            ORDER BY h.chain
            """, [moment.rfc3339])
    }
}
