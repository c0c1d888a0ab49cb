import Postgres

import struct Foundation.UUID

/// The SQL of requests that may be repeated.
enum IdempotencyStore {
    /// How long a request may be under way before it counts as never made. Times are the database's: every process has the same.
    static let leaseSeconds = 60

    /// Takes the entry when nobody has it: when it is new, when whoever had it let its lease run out without an answer, or when it is too
    /// old to count.
    static func claim(
        _ principal: String, _ route: String, key: [UInt8], request: [UInt8], claim: UUID
    ) -> PostgresQuery {
        PostgresQuery(
            "idempotency.claim",
            """
            INSERT INTO idempotent_requests AS known (principal, route, key_hash, request_hash, claim_id, lease_until)
            VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
            ON CONFLICT (principal, route, key_hash) DO UPDATE
            SET request_hash = excluded.request_hash, claim_id = excluded.claim_id, lease_until = excluded.lease_until,
                answer_sealed = NULL, created_at = now()
            WHERE (known.answer_sealed IS NULL AND known.lease_until <= now()) OR known.created_at < now() - interval '48 hours'
            RETURNING claim_id
            """, [principal, route, key, request, claim, Double(leaseSeconds)])
    }

    static func find(_ principal: String, _ route: String, key: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "idempotency.find",
            """
            SELECT request_hash, claim_id, answer_sealed
            FROM idempotent_requests
            WHERE principal = $1 AND route = $2 AND key_hash = $3
            """, [principal, route, key])
    }

    static func keep(_ claim: UUID, answer: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "idempotency.keep", "UPDATE idempotent_requests SET answer_sealed = $2 WHERE claim_id = $1",
            [claim, answer]
        )
    }

    static func release(_ claim: UUID) -> PostgresQuery {
        PostgresQuery(
            "idempotency.release",
            "DELETE FROM idempotent_requests WHERE claim_id = $1 AND answer_sealed IS NULL", [claim])
    }

    static func removeExpired(atMost portion: Int) -> PostgresQuery {
        PostgresQuery(
            "housekeeping.idempotent-requests",
            """
            DELETE FROM idempotent_requests
            WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM idempotent_requests
                WHERE created_at < now() - interval '48 hours'
                ORDER BY created_at
                LIMIT $1))
            """, [portion])
    }
}
