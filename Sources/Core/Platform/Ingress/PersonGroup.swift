import PluginKit
import Postgres

import struct Foundation.UUID

/// Messages of a batch that come from one person, whichever of the person's identities each of them carries.
struct PersonGroup: Sendable {
    var messages: [IngestWork.Message]
    var identities: [IndexedIdentity]

    private var users: Set<BlindIndex> {
        Set(identities.filter { $0.identity.kind == .businessScopedUser }.map(\.index))
    }

    /// Groups messages that share an identity, directly or through a third. A username joins nobody, as it may change hands; nor does a
    /// number join people whose business-scoped user ids differ: it changed hands.
    static func groups(_ messages: [IngestWork.Message]) -> [PersonGroup] {
        var groupOf: [BlindIndex: Int] = [:]
        var groups: [PersonGroup?] = []
        for message in messages {
            let hasBetter = message.identities.contains { $0.identity.kind != .username }
            let joining = message.identities.filter { !hasBetter || $0.identity.kind != .username }
            let users = PersonGroup(messages: [], identities: message.identities).users
            let met = Set(
                joining.compactMap { identity -> Int? in
                    guard let index = groupOf[identity.index], let theirs = groups[index]?.users else { return nil }
                    let isOther =
                        identity.identity.kind == .phone && !users.isEmpty && !theirs.isEmpty
                        && theirs.isDisjoint(with: users)
                    return isOther ? nil : index
                }
            ).sorted()
            var group = PersonGroup(messages: [], identities: [])
            for index in met {
                if let other = groups[index] {
                    group.messages += other.messages
                    group.identities += other.identities
                    groups[index] = nil
                }
            }
            group.messages.append(message)
            for identity in message.identities where !group.identities.contains(where: { $0.index == identity.index }) {
                group.identities.append(identity)
            }
            for identity in group.identities { groupOf[identity.index] = groups.count }
            groups.append(group)
        }
        return groups.compactMap { $0 }
    }
}

/// What is stored of the people in a batch.
struct PeopleFound: Sendable {
    struct Known: Sendable {
        var contact: OpenContact
        var nameSealed: [UInt8]?
    }

    private(set) var identities: [BlindIndex: FoundIdentity] = [:]
    private(set) var contacts: [ContactID: Known] = [:]
    private var admissions: [Place: Admission] = [:]

    private struct Place: Hashable {
        var contact: ContactID
        var channel: ChannelID
    }

    /// Whether a person's messages go to the tenant. One of whom nothing is stored has not agreed.
    func admission(_ contact: ContactID, _ channel: ChannelID) -> Admission {
        admissions[Place(contact: contact, channel: channel)] ?? Admission()
    }

    /// - Parameters:
    ///   - rows: of `IngestStore.heldIdentities` or `identities`.
    ///   - admissions: of `AdmissionStore.find`, when it matters.
    init(_ rows: PostgresRows, admissions found: PostgresRows? = nil, _ keys: TenantKeys) throws {
        for row in found.map({ Array($0) }) ?? [] {
            let place = Place(contact: try row.decode("contact_id"), channel: try row.decode("channel_id"))
            admissions[place] = try Admission(row)
        }
        for row in rows {
            let id = try row.decode("contact_id", as: ContactID.self)
            let users = try row.decode("users", as: [[UInt8]].self)
            identities[BlindIndex(bytes: try row.decode("blind_index"))] = FoundIdentity(
                kind: Identity.Kind(rawValue: try row.decode("kind")), contact: id,
                firstSeenAt: try row.decode("first_seen_at"),
                contactUsers: Set(users.map(BlindIndex.init(bytes:))))
            if contacts[id] == nil, let sealed = try row.decode("key_sealed", as: [UInt8]?.self) {
                contacts[id] = Known(
                    contact: try OpenContact(id: id, keyID: row.decode("key_id"), keySealed: sealed, keys: keys),
                    nameSealed: try row.decode("name_sealed"))
            }
        }
    }
}

/// Two or more contacts are one person; they are joined before the batch goes on.
struct MergeNeeded: Error, Sendable {
    var tenant: TenantID
    var survivor: ContactID
    var merged: [ContactID]
}
