import PluginKit
import Postgres

import struct Foundation.Date

/// Finds and makes contacts one at a time; ingest does the same for whole batches.
struct ContactStore: Sendable {
    let keys: TenantKeys

    /// Brings an address into the form under which people are stored on that channel.
    private func normalise(
        _ person: RecipientReference, plugin: String, _ plugins: PluginRegistry
    ) throws -> NormalisedPerson {
        switch person {
        case .contact(let id): return .contact(id)
        case .identity(let kind, let address):
            guard let identity = plugins.channels[plugin]?.normalise(kind, address.revealed) else {
                throw PlatformError.invalid(
                    kind.rawValue, PhoneNumber.problem(kind.rawValue, address.revealed))
            }
            return .identity(keys.indexed(identity, plugin: plugin))
        }
    }

    /// - Throws: `.notFound` for a contact id that is none of this tenant's.
    func findOrCreate(
        _ person: RecipientReference, channel: ChosenChannel, _ plugins: PluginRegistry, _ tx: PostgresTransaction
    ) async throws -> ContactID {
        switch try normalise(person, plugin: channel.plugin, plugins) {
        case .contact(let id):
            guard let survivor = try await Self.shown(keys.tenant, id, tx) else {
                throw PlatformError.notFound("contact")
            }
            return survivor
        case .identity(let identity):
            return try await findOrCreate([identity], plugin: channel.plugin, seenAt: Date(), tx)
        }
    }

    /// - Parameters:
    ///   - seenAt: when the person was seen to have these addresses.
    ///   - isHidden: whether a person who is new is no more known to the tenant than one who wrote without having agreed.
    func findOrCreate(
        _ identities: [IndexedIdentity], plugin: String, seenAt: Date, isHidden: Bool = false, _ tx: PostgresTransaction
    ) async throws -> ContactID {
        let people = try PeopleFound(
            try await tx.query(IngestStore.identities(keys.tenant, identities.map(\.index.bytes))), keys)
        if let known = ContactResolution(identities, found: people.identities).contact { return known }
        let (contact, sealed) = try OpenContact.new(keys)
        let added = try identities.filter { people.identities[$0.index] == nil }.map { identity in
            let id = IdentityID.generate()
            return NewIdentity(
                id: id, contact: contact.id, plugin: plugin, kind: identity.identity.kind.rawValue,
                index: identity.index.bytes,
                sealed: try contact.seal(address: identity.identity.address.revealed, of: id), seenAt: seenAt)
        }
        _ = try await tx.pipeline([
            IngestStore.addContacts(
                keys.tenant,
                [
                    NewContact(
                        id: contact.id, keyID: contact.key.id, keySealed: sealed, nameSealed: nil, isHidden: isHidden)
                ]),
            IngestStore.addIdentities(keys.tenant, added),
        ])
        return contact.id
    }

    /// Holds a contact until commit.
    /// - Returns: the contact that the id means today: itself, or the one it was merged into.
    /// - Throws: `PersonMoved` when it was merged while waiting for the lock.
    static func lock(_ tenant: TenantID, _ contact: ContactID, _ tx: PostgresTransaction) async throws -> ContactID {
        guard let today = try await survivor(tenant, contact, tx) else { throw PlatformError.notFound("contact") }
        let rows = try await tx.query(
            PostgresQuery(
                "contacts.lock",
                """
                SELECT contact_id FROM contacts
                WHERE tenant_id = $1 AND contact_id = $2 AND merged_into IS NULL
                FOR UPDATE
                """, [tenant, today]))
        guard !rows.isEmpty else { throw PersonMoved() }
        return today
    }

    /// Holds several contacts until commit, in one order, so that two who hold the same ones wait for each other and never in a ring.
    /// - Parameter contacts: as they mean today.
    /// - Throws: `PersonMoved` when one of them was merged meanwhile.
    static func hold(_ tenant: TenantID, _ contacts: [ContactID], _ tx: PostgresTransaction) async throws {
        let people = Array(Set(contacts))
        guard !people.isEmpty else { return }
        let held = try await tx.query(
            PostgresQuery(
                "contacts.hold",
                """
                SELECT contact_id FROM contacts
                WHERE tenant_id = $1 AND contact_id = ANY ($2) AND merged_into IS NULL
                ORDER BY contact_id
                FOR UPDATE
                """, [tenant, people]))
        guard held.count == people.count else { throw PersonMoved() }
    }

    /// The same for an id that a tenant named: one that is shown to it.
    static func shown(_ tenant: TenantID, _ contact: ContactID, _ session: some PostgresSession) async throws
        -> ContactID?
    {
        let rows = try await session.query(
            PostgresQuery(
                "contacts.shown",
                """
                SELECT c.contact_id
                FROM contacts named
                JOIN contacts c ON c.tenant_id = named.tenant_id AND c.contact_id = coalesce(named.merged_into, named.contact_id)
                WHERE named.tenant_id = $1 AND named.contact_id = $2 AND NOT c.hidden
                """, [tenant, contact]))
        return try rows.first?.decode("contact_id")
    }

    /// The contact that an id means today: itself, or the one it was merged into.
    static func survivor(_ tenant: TenantID, _ contact: ContactID, _ session: some PostgresSession) async throws
        -> ContactID?
    {
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

private enum NormalisedPerson {
    case contact(ContactID)
    case identity(IndexedIdentity)
}

/// The channel that a request is about.
struct ChosenChannel: Sendable {
    var id: ChannelID
    var plugin: String
}
