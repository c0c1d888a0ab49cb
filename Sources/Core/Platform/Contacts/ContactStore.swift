import PluginKit
import Postgres
import struct Foundation.UUID

/// Finds and makes contacts one at a time; ingest does the same for whole batches.
struct ContactStore: Sendable {
    let keys: TenantKeys
    let plugins: PluginRegistry

    /// Brings an address into the form under which people are stored on that channel.
    func normalise(_ person: RecipientReference, plugin: String) throws -> NormalisedPerson {
        switch person {
        case .contact(let id): return .contact(id)
        case .identity(let kind, let address):
            guard let identity = plugins.channels[plugin]?.normalise(kind, address.revealed) else {
                throw PlatformError.invalid(kind.rawValue, "this is not an address of that kind; a phone number has 7 to 15 digits with country code")
            }
            return .identity(keys.indexed(identity, plugin: plugin))
        }
    }

    /// - Throws: `.notFound` for a contact id that is none of this tenant's.
    func findOrCreate(_ person: RecipientReference, channel: ChosenChannel, _ tx: PostgresTransaction) async throws -> ContactID {
        switch try normalise(person, plugin: channel.plugin) {
        case .contact(let id):
            guard let survivor = try await Self.survivor(keys.tenant, id, tx) else { throw PlatformError.notFound("contact") }
            return survivor
        case .identity(let identity):
            let rows = try await tx.query(IngestStore.identities(keys.tenant, [identity.index.bytes]))
            if let row = rows.first { return try row.decode("contact_id") }
            let (contact, sealed) = try OpenContact.new(keys)
            let id = IdentityID.generate()
            let address = identity.identity.address.revealed
            _ = try await tx.pipeline([
                IngestStore.addContacts(
                    keys.tenant, [NewContact(id: contact.id, keyID: contact.key.id, keySealed: sealed, nameSealed: nil)]),
                IngestStore.addIdentities(
                    keys.tenant,
                    [
                        NewIdentity(
                            id: id, contact: contact.id, plugin: channel.plugin, kind: identity.identity.kind.rawValue,
                            index: identity.index.bytes, sealed: try contact.seal(address: address, of: id))
                    ]),
            ])
            return contact.id
        }
    }

    static func lock(_ tenant: TenantID, _ contact: ContactID) -> PostgresQuery {
        PostgresQuery(
            "contacts.lock",
            "SELECT contact_id FROM contacts WHERE tenant_id = $1 AND contact_id = $2 FOR UPDATE", [tenant, contact])
    }

    /// The contact that an id means today: itself, or the one it was merged into.
    static func survivor(_ tenant: TenantID, _ contact: ContactID, _ session: some PostgresSession) async throws -> ContactID? {
        let rows = try await session.query(
            PostgresQuery(
                "contacts.survivor",
                """
                SELECT coalesce(merged_into, contact_id) AS contact_id
                FROM contacts
                WHERE tenant_id = $1 AND contact_id = $2
                """, [tenant, contact]))
        return try rows.first?.decode("contact_id")
    }
}

enum NormalisedPerson: Sendable {
    case contact(ContactID)
    case identity(IndexedIdentity)
}

/// The channel that a request is about.
struct ChosenChannel: Sendable {
    var id: ChannelID
    var plugin: String
}
