import PluginKit
import Postgres

import struct Foundation.Date

/// What a fact about consent, recorded in whatever way, means for what is in quarantine. Runs in the transaction that records it, in which
/// the person's row is held, as whoever records: messages themselves are released and destroyed by a worker, whom this calls.
struct AdmissionChange: Sendable {
    let tenant: TenantID
    let contact: ContactID
    let channel: ChannelID
    let tx: PostgresTransaction

    /// - Parameter standing: what follows from the fact for its purpose.
    func follow(_ draft: ConsentEventDraft, _ standing: ConsentStanding) async throws {
        switch draft.kind {
        case .granted, .confirmed:
            // One that begins later, or is over already, admits nobody.
            guard standing.permits(at: Date()) else { return }
            _ = try await tx.pipeline(
                [show, DialogueStore.end(tenant, contact, channel, .admitted)]
                    + DialogueStore.enqueueLook(tenant, contact, channel))
        case .withdrawn, .refused:
            guard try await isClosed(by: draft) else { return }
            let status: DialogueStatus = draft.kind == .refused ? .refused : .withdrawn
            _ = try await tx.pipeline(
                [DialogueStore.close(tenant, contact, channel, status)]
                    + DialogueStore.enqueueLook(tenant, contact, channel))
        case .requested, .expired, .superseded:
            return
        }
    }

    /// Those of many people for whom an agreement changes anything here: who are hidden, asked, or have something in quarantine.
    static func waiting(
        _ tenant: TenantID, _ contacts: [ContactID], _ channel: ChannelID, _ tx: PostgresTransaction
    ) async throws -> Set<ContactID> {
        let rows = try await tx.query(
            PostgresQuery(
                "admission.waiting",
                """
                SELECT c.contact_id
                FROM contacts c
                WHERE c.tenant_id = $1 AND c.contact_id = ANY ($2)
                  AND (c.hidden
                       OR EXISTS (SELECT FROM dialogues d
                                  WHERE d.tenant_id = $1 AND d.contact_id = c.contact_id AND d.channel_id = $3)
                       OR EXISTS (SELECT FROM conversations v
                                  WHERE v.tenant_id = $1 AND v.contact_id = c.contact_id AND v.channel_id = $3 AND v.hidden)
                       OR EXISTS (SELECT FROM quarantined_messages q
                                  WHERE q.tenant_id = $1 AND q.contact_id = c.contact_id AND q.channel_id = $3))
                """, [tenant, contacts, channel]))
        return Set(try rows.map { try $0.decode("contact_id", as: ContactID.self) })
    }

    /// The tenant said itself that the person agreed, so it knows them.
    private var show: PostgresQuery {
        PostgresQuery(
            "admission.show",
            "UPDATE contacts SET hidden = false, updated_at = now() WHERE tenant_id = $1 AND contact_id = $2 AND hidden",
            [tenant, contact])
    }

    /// Whether the person wants nothing here any more: everything was taken back at once, or the last that was left, and there is nothing
    /// for which a dialogue could still ask. Somebody who never agreed and stopped one purpose at the messenger may be asked for others.
    private func isClosed(by draft: ConsentEventDraft) async throws -> Bool {
        if draft.purpose == ReservedPurpose.every { return draft.kind == .withdrawn }
        let rows = try await tx.query(
            PostgresQuery(
                "admission.left",
                """
                SELECT \(AdmissionStore.isAdmitted(contact: "c.contact_id", channel: "$3")) AS is_admitted, c.hidden,
                       v.source_id IS NOT NULL AS asks,
                       EXISTS (SELECT FROM jsonb_array_elements(v.purposes) AS n (name)
                               WHERE NOT EXISTS (SELECT FROM consents a
                                                 WHERE a.tenant_id = $1 AND a.contact_id = $2 AND a.channel_id = $3
                                                   AND a.purpose = n.name ->> 'purpose' AND a.state IN ('refused', 'withdrawn'))) AS can_ask
                FROM contacts c
                LEFT JOIN consent_sources s ON s.tenant_id = $1 AND s.channel_id = $3 AND s.state = 'active' AND s.converses
                LEFT JOIN consent_source_versions v ON v.tenant_id = $1 AND v.source_id = s.source_id AND v.version = s.version
                WHERE c.tenant_id = $1 AND c.contact_id = $2
                """, [tenant, contact, channel]))
        guard let row = rows.first, try !row.decode("is_admitted", as: Bool.self) else { return false }
        if try row.decode("asks", as: Bool.self) { return try !row.decode("can_ask", as: Bool.self) }
        return try draft.kind == .refused || !row.decode("hidden", as: Bool.self)
    }
}
