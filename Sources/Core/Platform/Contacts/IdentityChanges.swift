import PluginKit
import Postgres

/// A person changed an address: what they had no longer finds them, what they have does. Doing it twice changes nothing.
struct IdentityChanges: Sendable {
    let directory: RegionDirectory

    func apply(_ route: ChannelRoute, plugin: String, previous: [Identity], current: [Identity]) async throws {
        let shard = try directory.shard(route.shard)
        let keys = try await shard.keys.keys(of: route.tenant)
        let old = previous.map { keys.indexed($0, plugin: plugin) }
        let new = current.map { keys.indexed($0, plugin: plugin) }
        try await retryingConflicts {
            try await shard.app.transaction(settings: asTenant(route.tenant)) { tx in
                let rows = try await tx.query(IngestStore.identities(route.tenant, (old + new).map(\.index.bytes)))
                let people = try PeopleFound(rows, keys)
                let person = ContactResolution(old, found: people.identities)
                guard let id = person.contact, let contact = people.contacts[id]?.contact else { return }
                let missing = new.filter { people.identities[$0.index]?.contact != id }
                let replaced = old.filter { identity in
                    people.identities[identity.index]?.contact == id && !new.contains { $0.index == identity.index }
                        && new.contains { $0.identity.kind == identity.identity.kind }
                }
                // Whoever had the new address before, it is this person's now.
                let taken = missing.filter { people.identities[$0.index] != nil }
                let added = try missing.map { identity in
                    let identityID = IdentityID.generate()
                    return NewIdentity(
                        id: identityID, contact: id, plugin: plugin, kind: identity.identity.kind.rawValue,
                        index: identity.index.bytes,
                        sealed: try contact.seal(address: identity.identity.address.revealed, of: identityID))
                }
                _ = try await tx.pipeline(
                    [
                        IngestStore.retire(route.tenant, (replaced + taken).map(\.index.bytes)),
                        IngestStore.addIdentities(route.tenant, added),
                    ], commit: true)
            }
        }
    }
}
