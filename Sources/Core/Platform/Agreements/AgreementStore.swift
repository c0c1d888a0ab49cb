import Postgres

import struct Foundation.Date

/// The SQL of agreements in the control plane.
enum AgreementStore {
    static func list(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "agreements.list",
            """
            SELECT tenant_id, agreement_id, state, form, reference, signed_on::text AS signed_on, document_sha256,
                   covers_special_category, recorded_at, language, text_id, text_version, objection_days, covered_flows,
                   offered_at, offer_expires_at, accepted_at, countersigned_at, ended_at, revision
            FROM agreements
            WHERE tenant_id = $1
            ORDER BY agreement_id
            """, [tenant])
    }

    static func find(_ tenant: TenantID, _ id: AgreementID) -> PostgresQuery {
        PostgresQuery(
            "agreements.find",
            """
            SELECT tenant_id, agreement_id, state, form, reference, signed_on::text AS signed_on, document_sha256,
                   covers_special_category, recorded_at, language, text_id, text_version, objection_days, covered_flows,
                   offered_at, offer_expires_at, accepted_at, countersigned_at, ended_at, revision
            FROM agreements
            WHERE tenant_id = $1 AND agreement_id = $2
            """, [tenant, id])
    }

    /// One that was concluded elsewhere.
    static func record(_ tenant: TenantID, _ id: AgreementID, _ new: NewAgreement) -> PostgresQuery {
        PostgresQuery(
            "agreements.record",
            """
            INSERT INTO agreements
                   (tenant_id, agreement_id, state, form, reference, signed_on, document_sha256, covers_special_category)
            VALUES ($1, $2, 'in_force', 'recorded', $3, $4::text::date, $5, $6)
            """, [tenant, id, new.reference, new.signedOn, new.documentSHA256, new.coversSpecialCategory])
    }

    static func supersede(_ tenant: TenantID) -> PostgresQuery {
        PostgresQuery(
            "agreements.supersede",
            """
            UPDATE agreements
            SET state = 'superseded', ended_at = now(), revision = revision + 1
            WHERE tenant_id = $1 AND state IN ('in_force', 'suspended')
            """, [tenant])
    }

    static func draft(
        _ tenant: TenantID, _ id: AgreementID, _ draft: AgreementDraft, text: (id: String, version: String)
    ) -> PostgresQuery {
        PostgresQuery(
            "agreements.draft",
            """
            INSERT INTO agreements
                   (tenant_id, agreement_id, state, form, reference, language, text_id, text_version, objection_days)
            VALUES ($1, $2, 'draft', 'electronic', $3, $4, $5, $6, $7)
            """, [tenant, id, draft.reference, draft.language, text.id, text.version, draft.objectionDays])
    }

    static func offer(
        _ tenant: TenantID, _ id: AgreementID, textVersion: String, sha256: [UInt8], factsSealed: [UInt8],
        annexesSealed: [UInt8],
        flows: [String], coversSpecialCategory: Bool, expiresAt: Date
    ) -> PostgresQuery {
        PostgresQuery(
            "agreements.offer",
            """
            UPDATE agreements
            SET state = 'offered', document_sha256 = $3, facts_sealed = $4, annexes_sealed = $5, covered_flows = $6,
                covers_special_category = $7, text_version = $9, offered_at = now(), offer_expires_at = $8,
                revision = revision + 1
            WHERE tenant_id = $1 AND agreement_id = $2 AND state = 'draft'
            """, [tenant, id, sha256, factsSealed, annexesSealed, flows, coversSpecialCategory, expiresAt, textVersion])
    }

    /// Signing has times and a date of its own.
    static func setState(_ tenant: TenantID, _ id: AgreementID, _ state: AgreementState) -> PostgresQuery {
        PostgresQuery(
            "agreements.set-state",
            """
            UPDATE agreements
            SET state = $3, revision = revision + 1,
                accepted_at = CASE WHEN $3 = 'accepted' THEN now() ELSE accepted_at END,
                ended_at = CASE WHEN $3 IN ('ended', 'declined', 'lapsed', 'withdrawn') THEN now() ELSE ended_at END
            WHERE tenant_id = $1 AND agreement_id = $2
            """, [tenant, id, state])
    }

    static func countersign(_ tenant: TenantID, _ id: AgreementID) -> PostgresQuery {
        PostgresQuery(
            "agreements.countersign",
            """
            UPDATE agreements
            SET state = 'in_force', countersigned_at = now(), signed_on = (now() AT TIME ZONE 'UTC')::date,
                revision = revision + 1
            WHERE tenant_id = $1 AND agreement_id = $2 AND state = 'accepted'
            """, [tenant, id])
    }

    static func agreement(_ row: PostgresRow) throws -> Agreement {
        var agreement = Agreement(
            id: try row.decode("agreement_id"), tenant: try row.decode("tenant_id"), state: try row.decode("state"),
            form: try row.decode("form"), reference: try row.decode("reference"),
            signedOn: try row.decode("signed_on"), documentSHA256: try row.decode("document_sha256"),
            coversSpecialCategory: try row.decode("covers_special_category"),
            recordedAt: try row.decode("recorded_at"), electronic: nil, revision: try row.decode("revision"),
            coveredFlows: try row.decode("covered_flows"), endedAt: try row.decode("ended_at"))
        if agreement.form == .electronic {
            agreement.electronic = Agreement.Electronic(
                language: try row.decode("language"), textID: try row.decode("text_id"),
                textVersion: try row.decode("text_version"), objectionDays: try row.decode("objection_days"),
                offeredAt: try row.decode("offered_at"), offerExpiresAt: try row.decode("offer_expires_at"),
                acceptedAt: try row.decode("accepted_at"), countersignedAt: try row.decode("countersigned_at"))
        }
        return agreement
    }
}
