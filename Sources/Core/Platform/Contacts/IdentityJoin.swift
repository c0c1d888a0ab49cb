import PluginKit
import Postgres

import struct Foundation.Date

/// The messenger spells a person's address otherwise than we did: both are that person's (Cloud API, "messages": the `wa_id` returned may
/// differ from the number sent to, as in Brazil, Mexico and Argentina).
struct IdentityJoin: Sendable {
    let shard: Shard
    let keys: TenantKeys

    /// Adds the address to the contact, or joins the contact with the one that has it. Doing it twice changes nothing.
    func join(_ identity: Identity, to contact: ContactID, plugin: String) async throws {
        let indexed = keys.indexed(identity, plugin: plugin)
        do {
            try await retryingConflicts {
                try await shard.app.transaction(settings: asTenant(keys.tenant)) { tx in
                    try await add(indexed, to: contact, plugin: plugin, tx)
                }
            }
        } catch let needed as MergeNeeded {
            try await ContactMerge(shard: shard).merge(needed)
        }
    }

    private func add(
        _ identity: IndexedIdentity, to named: ContactID, plugin: String, _ tx: PostgresTransaction
    ) async throws {
        let id = try await ContactStore.lock(keys.tenant, named, tx)
        let people = try PeopleFound(
            try await tx.query(IngestStore.identities(keys.tenant, [identity.index.bytes])), keys)
        if let known = people.identities[identity.index] {
            guard known.contact != id else { return }
            throw MergeNeeded(tenant: keys.tenant, survivor: id, merged: [known.contact])
        }
        let rows = try await tx.query(
            PostgresQuery(
                "contacts.key", "SELECT key_id, key_sealed FROM contacts WHERE tenant_id = $1 AND contact_id = $2",
                [keys.tenant, id]))
        guard let row = rows.first, let sealed = try row.decode("key_sealed", as: [UInt8]?.self) else { return }
        let contact = try OpenContact(id: id, keyID: row.decode("key_id"), keySealed: sealed, keys: keys)
        let new = IdentityID.generate()
        _ = try await tx.query(
            IngestStore.addIdentities(
                keys.tenant,
                [
                    NewIdentity(
                        id: new, contact: id, plugin: plugin, kind: identity.identity.kind.rawValue,
                        index: identity.index.bytes,
                        sealed: try contact.seal(address: identity.identity.address.revealed, of: new), seenAt: Date())
                ]))
    }
}
