import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// The SQL of approvals.
enum ApprovalStore {
    static func ask(_ id: ApprovalID, _ request: ApprovalRequest, by member: StaffID, until end: Date) -> PostgresQuery
    {
        PostgresQuery(
            "approvals.ask",
            """
            INSERT INTO approvals (approval_id, action, subject_kind, subject_id, about_tenant, payload, reason, state, asked_by, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, $9)
            RETURNING approval_id, action, subject_kind, subject_id, about_tenant, payload, reason, state, asked_by, asked_at,
                      expires_at, decided_by, decided_at, decision_reason, ended_at, failure
            """,
            [
                id, request.action, request.subject.kind, request.subject.id, request.tenant,
                PostgresJSON(request.payload.text), request.reason, member, end,
            ])
    }

    static func find(_ id: ApprovalID) -> PostgresQuery {
        PostgresQuery(
            "approvals.find",
            """
            SELECT approval_id, action, subject_kind, subject_id, about_tenant, payload, reason, state, asked_by, asked_at,
                   expires_at, decided_by, decided_at, decision_reason, ended_at, failure
            FROM approvals
            WHERE approval_id = $1
            """, [id])
    }

    static func lock(_ id: ApprovalID) -> PostgresQuery {
        PostgresQuery(
            "approvals.lock",
            """
            SELECT approval_id, action, subject_kind, subject_id, about_tenant, payload, reason, state, asked_by, asked_at,
                   expires_at, decided_by, decided_at, decision_reason, ended_at, failure
            FROM approvals
            WHERE approval_id = $1
            FOR UPDATE
            """, [id])
    }

    /// Newest first. What is overdue counts as expired.
    static func list(_ state: Approval.State?, before id: UUID?, at now: Date, limit: Int) -> PostgresQuery {
        PostgresQuery(
            "approvals.list",
            """
            SELECT approval_id, action, subject_kind, subject_id, about_tenant, payload, reason, state, asked_by, asked_at,
                   expires_at, decided_by, decided_at, decision_reason, ended_at, failure
            FROM approvals
            WHERE ($1::uuid IS NULL OR approval_id < $1)
              AND ($2::text IS NULL OR $2 = CASE WHEN state = 'asked' AND expires_at <= $3 THEN 'expired' ELSE state END)
            ORDER BY approval_id DESC
            LIMIT $4
            """, [id, state?.rawValue, now, limit])
    }

    /// Writes down the state that `approval` came to.
    static func move(_ approval: Approval) -> PostgresQuery {
        PostgresQuery(
            "approvals.move",
            """
            UPDATE approvals
            SET state = $2, decided_by = $3, decided_at = $4, decision_reason = $5, ended_at = $6, failure = $7
            WHERE approval_id = $1
            """,
            [
                approval.id, approval.state, approval.decidedBy, approval.decidedAt, approval.decisionReason,
                approval.endedAt, approval.failure,
            ])
    }

    /// Held until the transaction ends, or its process does: whoever has it carries the approval out.
    static func claim(_ id: ApprovalID) -> PostgresQuery {
        PostgresQuery(
            "approvals.claim",
            "SELECT pg_try_advisory_xact_lock(hashtextextended('approval ' || $1, 0)) AS is_mine", [id.description])
    }

    /// What is decided and not carried out, and what nobody decided in time.
    static func leftOver(at now: Date) -> PostgresQuery {
        PostgresQuery(
            "approvals.left-over",
            """
            SELECT approval_id, state
            FROM approvals
            WHERE state = 'approved' OR (state = 'asked' AND expires_at <= $1)
            ORDER BY approval_id
            LIMIT 100
            """, [now])
    }

    /// Active members other than the asker, with their roles.
    static func others(than member: StaffID) -> PostgresQuery {
        PostgresQuery(
            "approvals.others", "SELECT roles FROM staff WHERE state = 'active' AND staff_id <> $1", [member])
    }

    static func approval(_ row: PostgresRow) throws -> Approval {
        let payload = try row.decode("payload", as: PostgresJSON.self)
        return Approval(
            id: try row.decode("approval_id"), action: try row.decode("action"),
            subject: .init(
                try row.decode("subject_kind"), try row.decode("subject_id", as: String.self)),
            tenant: try row.decode("about_tenant"), payload: try JSON(parsing: Array(payload.data)),
            reason: try row.decode("reason"), state: try row.decode("state"), askedBy: try row.decode("asked_by"),
            askedAt: try row.decode("asked_at"), expiresAt: try row.decode("expires_at"),
            decidedBy: try row.decode("decided_by"), decidedAt: try row.decode("decided_at"),
            decisionReason: try row.decode("decision_reason"), endedAt: try row.decode("ended_at"),
            failure: try row.decode("failure"))
    }
}
