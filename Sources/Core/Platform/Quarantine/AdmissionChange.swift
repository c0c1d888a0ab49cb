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
        case .withdrawn:
            guard try await isClosed(by: draft) else { return }
            _ = try await tx.pipeline(
                [DialogueStore.close(tenant, contact, channel, .withdrawn)]
                    + DialogueStore.enqueueLook(tenant, contact, channel))
        case .requested, .refused, .expired, .superseded:
            return
        }
    }

    /// The tenant said itself that the person agreed, so it knows them.
    private var show: PostgresQuery {
        PostgresQuery(
            "admission.show",
            "UPDATE contacts SET hidden = false, updated_at = now() WHERE tenant_id = $1 AND contact_id = $2 AND hidden",
            [tenant, contact])
    }

    /// Whether the person wants nothing here any more: everything was taken back at once, or the last that was left. Somebody who never
    /// agreed and stopped one purpose at the messenger may still be asked for others.
    private func isClosed(by draft: ConsentEventDraft) async throws -> Bool {
        if draft.purpose == ReservedPurpose.every { return true }
        let rows = try await tx.query(
            PostgresQuery(
                "admission.left",
                """
                SELECT \(AdmissionStore.isAdmitted(contact: "c.contact_id", channel: "$3")) AS is_admitted, c.hidden
                FROM contacts c
                WHERE c.tenant_id = $1 AND c.contact_id = $2
                """, [tenant, contact, channel]))
        guard let row = rows.first else { return false }
        return try !row.decode("is_admitted", as: Bool.self) && !row.decode("hidden", as: Bool.self)
    }
}
