import PluginKit

import struct Foundation.Date

/// An identity as stored, by its blind index.
struct FoundIdentity: Sendable, Hashable {
    var kind: Identity.Kind
    var contact: ContactID
    var firstSeenAt: Date
    /// The blind indexes of that contact's business-scoped user ids in use.
    var contactUsers: Set<BlindIndex>
}

/// Which contact a person is, given what is known of each of the identities that came together.
struct ContactResolution: Sendable, Hashable {
    /// Nil: nobody known; make a contact.
    var contact: ContactID?
    /// Contacts that turned out to be the same person.
    var merged: [ContactID] = []
    /// Identities that went to this person and no longer find who had them: a recycled number, a username taken over.
    var moved: [BlindIndex] = []

    /// - Parameters:
    ///   - identities: what came together, each with its blind index.
    ///   - found: what is stored under those indexes.
    init(_ identities: [IndexedIdentity], found: [BlindIndex: FoundIdentity]) {
        let users = Set(identities.filter { $0.identity.kind == .businessScopedUser }.map(\.index))
        // A username can change hands, so it joins nobody; it finds a person only when nothing better came with it.
        let onlyUsername = identities.allSatisfy { $0.identity.kind == .username }
        var candidates: [ContactID] = []
        for identity in identities.sorted(by: { $0.dependability < $1.dependability }) {
            guard let known = found[identity.index] else { continue }
            switch known.kind {
            case .username where !onlyUsername:
                continue
            case .phone
            where !users.isEmpty && !known.contactUsers.isEmpty && known.contactUsers.isDisjoint(with: users):
                // The number now belongs to somebody else: nothing of the former owner may reach them.
                moved.append(identity.index)
            default:
                if !candidates.contains(known.contact) { candidates.append(known.contact) }
            }
        }
        contact = candidates.first
        merged = Array(candidates.dropFirst())
        for identity in identities where identity.identity.kind == .username && !onlyUsername {
            if let known = found[identity.index], known.contact != contact { moved.append(identity.index) }
        }
    }
}

struct BlindIndex: Sendable, Hashable {
    var bytes: [UInt8]
}

struct IndexedIdentity: Sendable, Hashable {
    var identity: Identity
    var index: BlindIndex

    var dependability: Int {
        switch identity.kind {
        case .businessScopedUser: 0
        case .parentBusinessScopedUser: 1
        case .phone: 2
        case .username: 4
        default: 3
        }
    }
}

extension TenantKeys {
    func indexed(_ identity: Identity, plugin: String) -> IndexedIdentity {
        IndexedIdentity(
            identity: identity,
            index: BlindIndex(bytes: index.index("identity/\(plugin)/\(identity.kind)", identity.address.revealed)))
    }

    /// Blind index of a messenger's message id.
    func providerIndex(_ id: String, plugin: String) -> [UInt8] {
        index.index("message/\(plugin)", id)
    }
}
