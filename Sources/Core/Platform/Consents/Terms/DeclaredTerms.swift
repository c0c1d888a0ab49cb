import PluginKit
import Postgres

import struct Foundation.Date

/// What a tenant's terms say about consents that it declares itself. Those that a set-up witnesses are made from the terms already.
struct DeclaredTerms: Sendable {
    /// Days of validity by purpose, also of those that nobody is asked for any more; nil for consents without an end.
    private let validity: [String: Int?]
    /// When a purpose was last asked for anew, of those that ever were.
    let renewals: [String: Date]

    init(_ tenant: TenantID, _ session: some PostgresSession) async throws {
        let rows = try await session.query(
            PostgresQuery(
                "consent-terms.declared",
                """
                SELECT DISTINCT ON (purpose) purpose, (definition ->> 'validity_days')::integer AS days,
                       max(created_at) FILTER (WHERE \(ConsentTermsStore.renews)) OVER (PARTITION BY purpose) AS renewed_at
                FROM purposes
                WHERE tenant_id = $1
                ORDER BY purpose, version DESC
                """, [tenant]))
        var validity: [String: Int?] = [:]
        var renewals: [String: Date] = [:]
        for row in rows {
            let purpose = try row.decode("purpose", as: String.self)
            validity.updateValue(try row.decode("days", as: Int32?.self).map(Int.init), forKey: purpose)
            renewals[purpose] = try row.decode("renewed_at")
        }
        self.validity = validity
        self.renewals = renewals
    }

    /// A consent to a purpose of the tenant's, ending no later than the terms say. A tenant that has no purposes yet is free in its words;
    /// a person's no is taken whatever it is about.
    func fit(_ draft: ConsentEventDraft) throws(ConsentRefusal) -> ConsentEventDraft {
        guard draft.kind == .granted, !validity.isEmpty else { return draft }
        guard let days = validity[draft.purpose] else {
            throw ConsentRefusal(
                field: "purpose",
                problem:
                    "the tenant's terms have no such purpose; they have \(validity.keys.sorted().joined(separator: ", "))"
            )
        }
        guard let days else { return draft }
        var draft = draft
        let end = draft.occurredAt.addingTimeInterval(Double(days) * 86_400)
        draft.expiresAt = min(draft.expiresAt ?? end, end)
        return draft
    }
}
