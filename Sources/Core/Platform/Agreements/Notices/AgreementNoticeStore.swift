import PluginKit
import Postgres

import struct Foundation.Data
import struct Foundation.Date
import class Foundation.JSONDecoder

/// The SQL of notices.
enum AgreementNoticeStore {
    static func list(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "agreement-notices.list",
            """
            SELECT tenant_id, notice_id, agreement_id, state, changes, annexes_sealed, new_flows, announced_at, objection_until,
                   decided_at
            FROM agreement_notices
            WHERE tenant_id = $1
            ORDER BY notice_id DESC
            """, [tenant])
    }

    static func find(_ tenant: TenantID, _ id: AgreementNoticeID) -> PostgresQuery {
        PostgresQuery(
            "agreement-notices.find",
            """
            SELECT tenant_id, notice_id, agreement_id, state, changes, annexes_sealed, new_flows, announced_at, objection_until,
                   decided_at
            FROM agreement_notices
            WHERE tenant_id = $1 AND notice_id = $2
            FOR UPDATE
            """, [tenant, id])
    }

    /// Whether the tenant was told of just this before, and did not yet let it pass or refused it.
    static func isKnown(_ tenant: TenantID, _ agreement: AgreementID, digest: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "agreement-notices.known",
            """
            SELECT 1
            FROM agreement_notices
            WHERE tenant_id = $1 AND agreement_id = $2 AND digest = $3
            """, [tenant, agreement, digest])
    }

    /// A newer change takes the place of one whose period still runs: it contains it.
    static func withdrawOpen(_ tenant: TenantID, _ agreement: AgreementID) -> PostgresQuery {
        PostgresQuery(
            "agreement-notices.withdraw-open",
            """
            UPDATE agreement_notices
            SET state = 'withdrawn', decided_at = now(), revision = revision + 1
            WHERE tenant_id = $1 AND agreement_id = $2 AND state = 'open'
            """, [tenant, agreement])
    }

    static func add(_ notice: AgreementNotice, changes: String, digest: [UInt8]) -> PostgresQuery {
        PostgresQuery(
            "agreement-notices.add",
            """
            INSERT INTO agreement_notices
                   (tenant_id, notice_id, agreement_id, state, changes, digest, annexes_sealed, new_flows, announced_at, objection_until)
            VALUES ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9)
            """,
            [
                notice.tenant, notice.id, notice.agreement, changes, digest, notice.annexesSealed, notice.newFlows,
                notice.announcedAt, notice.objectionUntil,
            ])
    }

    static func decide(
        _ notice: AgreementNotice, _ state: AgreementNotice.State, objectionSealed: [UInt8]? = nil
    ) -> PostgresQuery {
        PostgresQuery(
            "agreement-notices.decide",
            """
            UPDATE agreement_notices
            SET state = $3, decided_at = now(), objection_sealed = $4, revision = revision + 1
            WHERE tenant_id = $1 AND notice_id = $2 AND state = 'open'
            """, [notice.tenant, notice.id, state.rawValue, objectionSealed])
    }

    /// The annexes as they hold from now on.
    static func moveAnnexes(
        _ notice: AgreementNotice, covering keys: [String], annexesSealed: [UInt8]
    ) -> PostgresQuery {
        PostgresQuery(
            "agreements.move-annexes",
            """
            UPDATE agreements
            SET annexes_sealed = $3, covered_flows = ARRAY(SELECT DISTINCT f FROM unnest(covered_flows || $4) f ORDER BY f),
                revision = revision + 1
            WHERE tenant_id = $1 AND agreement_id = $2 AND state IN ('in_force', 'suspended')
            """, [notice.tenant, notice.agreement, annexesSealed, keys])
    }

    /// Notices whose period is over, of all tenants.
    static func due(at moment: Date) -> PostgresQuery {
        PostgresQuery(
            "agreement-notices.due",
            """
            SELECT tenant_id, notice_id
            FROM agreement_notices
            WHERE state = 'open' AND objection_until <= $1
            ORDER BY objection_until
            LIMIT 500
            """, [moment])
    }

    static func notice(_ row: PostgresRow) throws -> AgreementNotice {
        let changes = try row.decode("changes", as: String.self)
        guard let state = AgreementNotice.State(rawValue: try row.decode("state")) else {
            throw PlatformError(.unavailable, "A notice has a state that this version does not know.")
        }
        return AgreementNotice(
            id: try row.decode("notice_id"), tenant: try row.decode("tenant_id"),
            agreement: try row.decode("agreement_id"), state: state,
            changes: try JSONDecoder().decode([AnnexChange].self, from: Data(changes.utf8)),
            announcedAt: try row.decode("announced_at"), objectionUntil: try row.decode("objection_until"),
            decidedAt: try row.decode("decided_at"), newFlows: try row.decode("new_flows"),
            annexesSealed: try row.decode("annexes_sealed"))
    }
}
