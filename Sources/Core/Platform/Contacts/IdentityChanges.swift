import PluginKit
import Postgres

import struct Foundation.Date

/// A person changed an address: what they had no longer finds them, what they have does.
///
/// Word of a change may come late and in the wrong order, so an address that the person was seen to have after the change stays.
struct IdentityChanges: Sendable {
    let keys: TenantKeys
    let tx: PostgresTransaction

    /// - Returns: what became of it, as it stands with the event.
    /// - Throws: `MergeNeeded` when the new address is known already and, by its time, as the same person's.
    func apply(_ change: IngestWork.Change) async throws -> String {
        let named = change.previous + change.current
        let rows = try await tx.query(IngestStore.heldIdentities(keys.tenant, named.map(\.index.bytes)))
        let people = try PeopleFound(rows, keys)
        let person = ContactResolution(change.previous, found: people.identities)
        guard let id = person.contact, let contact = people.contacts[id]?.contact else { return "nobody_known" }
        if !person.merged.isEmpty { throw MergeNeeded(tenant: keys.tenant, survivor: id, merged: person.merged) }
        let mine = try await current(of: id)

        var added: [NewIdentity] = []
        var retired: [BlindIndex] = []
        for identity in change.current where mine[identity.index] == nil {
            let kind = identity.identity.kind
            guard !mine.values.contains(where: { $0.kind == kind && $0.seenAt > change.occurredAt }) else { continue }
            if let other = people.identities[identity.index] {
                // Seen there only after the change: it was this person writing. Before it, somebody else had the address.
                if other.firstSeenAt >= change.occurredAt {
                    throw MergeNeeded(tenant: keys.tenant, survivor: id, merged: [other.contact])
                }
                retired.append(identity.index)
            }
            let row = IdentityID.generate()
            added.append(
                NewIdentity(
                    id: row, contact: id, plugin: change.event.plugin, kind: kind.rawValue, index: identity.index.bytes,
                    sealed: try contact.seal(address: identity.identity.address.revealed, of: row),
                    seenAt: change.occurredAt))
        }
        retired += replaced(change, of: mine)
        guard !added.isEmpty || !retired.isEmpty else { return "known_already" }
        _ = try await tx.pipeline([
            IngestStore.retire(keys.tenant, retired.map(\.bytes)), IngestStore.addIdentities(keys.tenant, added),
        ])
        return "applied"
    }

    /// What the person no longer has: the former addresses of the kinds that changed; and with a number its business-scoped user id, which
    /// Meta changes too, even where it does not say so (Cloud API, "business-scoped user ids").
    private func replaced(_ change: IngestWork.Change, of mine: [BlindIndex: Known]) -> [BlindIndex] {
        let stays = Set(change.current.map(\.index))
        let kinds = Set(change.current.map(\.identity.kind))
        let former = change.previous.filter { kinds.contains($0.identity.kind) }.map(\.index)
        let withNumber =
            kinds.contains(.phone) && !kinds.contains(.businessScopedUser)
            ? mine.filter { $0.value.kind == .businessScopedUser }.map(\.key) : []
        return Set(former + withNumber).filter { index in
            !stays.contains(index) && mine[index].map { $0.seenAt <= change.occurredAt } == true
        }
    }

    private struct Known {
        let kind: Identity.Kind
        let seenAt: Date
    }

    private func current(of contact: ContactID) async throws -> [BlindIndex: Known] {
        let rows = try await tx.query(
            PostgresQuery(
                "identities.current",
                """
                SELECT blind_index, kind, first_seen_at
                FROM identities
                WHERE tenant_id = $1 AND contact_id = $2 AND retired_at IS NULL
                """, [keys.tenant, contact]))
        var known: [BlindIndex: Known] = [:]
        for row in rows {
            known[BlindIndex(bytes: try row.decode("blind_index"))] = Known(
                kind: Identity.Kind(rawValue: try row.decode("kind")), seenAt: try row.decode("first_seen_at"))
        }
        return known
    }
}
