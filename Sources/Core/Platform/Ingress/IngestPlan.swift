import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// What has to be written for one tenant's part of a batch, decided from what is stored already.
struct IngestPlan: Sendable {
    /// How many statements `lookups` makes.
    static let lookupCount = 7

    private let keys: TenantKeys
    /// The item of each event that is known already.
    private(set) var duplicates: [Int] = []
    /// Provider ids of statuses that fit no message of ours so far.
    private(set) var unmatched: [[UInt8]] = []
    private var contacts: [NewContact] = []
    private var renames: [(contact: ContactID, sealed: [UInt8])] = []
    private var retired: [[UInt8]] = []
    private var identities: [NewIdentity] = []
    private var conversations: [ConversationTouch] = []
    private(set) var messages: [(item: Int, row: NewInboundMessage)] = []
    private(set) var quarantined: [(item: Int, row: QuarantinedMessage)] = []
    /// The items of messages that are not kept, and on which channel.
    private(set) var dropped: [(item: Int, channel: ChannelID)] = []
    /// Of `messages`, those that bring an entry code.
    private var cues: [MessageID] = []
    /// Blind indexes of the entry codes that these messages bring.
    private var codes: Set<[UInt8]> = []
    /// Messages by which their senders withdraw, whether or not they had agreed to anything: an older consent may become known later, and
    /// must find the withdrawal.
    private(set) var withdrawals: [Withdrawal] = []
    private(set) var statuses: [(status: IngestWork.Status, message: MessageID?)] = []
    private var advances: [MessageAdvance] = []
    private(set) var events: [IngestWork.Other] = []

    static func lookups(_ work: IngestWork) -> [PostgresQuery] {
        let tenant = work.keys.tenant
        let indexes = work.messages.flatMap { $0.identities.map(\.index.bytes) }
        let codes = work.messages.flatMap(\.codes)
        return [
            .tenant(tenant),
            work.changesPeople
                ? IngestStore.lockedIdentities(tenant, indexes) : IngestStore.heldIdentities(tenant, indexes),
            // After the people are held, so that it tells what is so until commit.
            AdmissionStore.find(tenant, work.messages),
            IngestStore.knownMessages(tenant, work.messages.map(\.providerIndex)),
            IngestStore.messagesOfStatuses(
                tenant, work.statuses.map(\.providerIndex), work.statuses.compactMap(\.reference)),
            TenantStanding.query(tenant),
            codes.isEmpty ? .nothing : EntryCodes.known(tenant, codes),
        ]
    }

    /// What becomes of what came for the tenant.
    /// - Parameter found: the rows of `lookups`.
    static func verdict(_ found: ArraySlice<PostgresRows>) throws -> ProcessingRule.Verdict {
        guard let row = found[found.startIndex + 5].first else { return .discarded }
        let standing = try TenantStanding(row)
        return ProcessingRule.verdict(
            .ingress, standing.state, standing.agreement, isMoving: standing.isMoving)
    }

    /// - Parameter found: the rows of `lookups`.
    /// - Throws: `MergeNeeded` when two stored contacts turn out to be one person.
    init(_ work: IngestWork, found: ArraySlice<PostgresRows>) throws {
        keys = work.keys
        let rows = Array(found)
        for row in rows[6] { codes.insert(try row.decode("code_index")) }
        try planMessages(work, PeopleFound(rows[1], admissions: rows[2], work.keys), known: rows[3])
        try planStatuses(work, messages: rows[4])
        events += work.others
    }

    // MARK: - Messages

    private mutating func planMessages(_ work: IngestWork, _ found: PeopleFound, known: PostgresRows) throws {
        var seen = Set<[UInt8]>()
        for row in known { seen.insert(try row.decode("provider_index")) }
        var people = found
        var fresh: [IngestWork.Message] = []
        for message in work.messages {
            if seen.insert(message.providerIndex).inserted {
                fresh.append(message)
            } else {
                duplicates.append(message.item)
            }
        }
        var touches: [ConversationKey: ConversationTouch] = [:]
        var fills: [ConversationKey: Admission] = [:]
        for group in PersonGroup.groups(fresh) {
            let (contact, nameSealed) = try resolve(group, in: &people)
            for message in group.messages {
                let key = ConversationKey(contact: contact.id, channel: message.channel)
                var admission = fills[key] ?? people.admission(contact.id, message.channel)
                let isStored = admission.isOpen
                var fate = Withdrawal.Fate.stored
                let id: MessageID
                if isStored {
                    id = try store(message, contact)
                    if let name = message.name?.revealed { try rename(contact, nameSealed, to: name) }
                } else {
                    let row = try QuarantinedMessage(message, of: contact.id, keys)
                    id = row.id
                    if admission.takes(row.size) {
                        quarantined.append((message.item, row))
                        fate = .heard
                    } else {
                        dropped.append((message.item, message.channel))
                        fate = .dropped
                    }
                }
                if let word = message.withdrawal {
                    withdrawals.append(
                        Withdrawal(
                            message: message, word: word, id: id, contact: contact.id, fate: fate,
                            wasAdmitted: admission.isAdmitted))
                    // What comes after it in this batch is not the tenant's any more.
                    admission.isAdmitted = false
                }
                if fate == .dropped { continue }
                fills[key] = admission
                let touch = Self.touch(message, contact.id, isHidden: !isStored)
                touches[key, default: touch].widen(touch)
            }
        }
        // One order for all batches, so that two that touch the same conversations do not deadlock.
        conversations = touches.values.sorted { ($0.contact, $0.channel) < ($1.contact, $1.channel) }
    }

    private mutating func store(_ message: IngestWork.Message, _ contact: OpenContact) throws -> MessageID {
        let id = MessageID.generate()
        let content = message.message.content
        messages.append(
            (
                message.item,
                NewInboundMessage(
                    id: id, contact: contact.id, channel: message.channel, type: IngestWork.plain(content.type),
                    contentSealed: try contact.seal(content: content, of: id), providerIndex: message.providerIndex,
                    providerIDSealed: try contact.seal(providerID: message.message.providerID.revealed, of: id),
                    occurredAt: message.occurredAt)
            ))
        if !codes.isDisjoint(with: message.codes) { cues.append(id) }
        return id
    }

    private static func touch(
        _ message: IngestWork.Message, _ contact: ContactID, isHidden: Bool
    ) -> ConversationTouch {
        let window = ServiceWindow(
            lastInboundAt: message.occurredAt,
            entryPointAt: message.message.content.context?["referral"] == nil ? nil : message.occurredAt)
        let opens = message.message.opensWindow
        return ConversationTouch(
            conversation: .generate(), channel: message.channel, contact: contact,
            inboundAt: opens && !isHidden ? message.occurredAt : nil,
            closesAt: opens && !isHidden ? window.closesAt : nil, messageAt: message.occurredAt,
            quarantineClosesAt: opens && isHidden ? window.closesAt : nil, isHidden: isHidden)
    }

    struct Withdrawal: Sendable {
        var message: IngestWork.Message
        var word: WithdrawalWord
        var id: MessageID
        var contact: ContactID
        var fate: Fate
        /// Whether the person had agreed to anything.
        var wasAdmitted: Bool

        enum Fate: Sendable {
            case stored
            /// In quarantine: the dialogue hears the message too, and answers it.
            case heard
            /// Not kept, as its sender wrote too much. The word counts all the same.
            case dropped
        }

        /// Whether the dialogue is ended by this; that of somebody who had agreed to nothing ends when it hears the word, as it can tell a
        /// refusal from a withdrawal.
        var endsDialogue: Bool { wasAdmitted || fate == .dropped }
    }

    private struct ConversationKey: Hashable {
        var contact: ContactID
        var channel: ChannelID
    }

    /// The person, and the name that is stored of them. A name that comes before the person agreed is no more the tenant's than what was
    /// written: it stays with the message.
    private mutating func resolve(
        _ group: PersonGroup, in people: inout PeopleFound
    ) throws -> (contact: OpenContact, nameSealed: [UInt8]?) {
        let resolution = ContactResolution(group.identities, found: people.identities)
        if let survivor = resolution.contact, !resolution.merged.isEmpty {
            throw MergeNeeded(tenant: keys.tenant, survivor: survivor, merged: resolution.merged)
        }
        let contact: OpenContact
        var nameSealed: [UInt8]?
        if let id = resolution.contact, let known = people.contacts[id] {
            contact = known.contact
            nameSealed = known.nameSealed
        } else {
            let new = try OpenContact.new(keys)
            contact = new.contact
            contacts.append(
                NewContact(
                    id: contact.id, keyID: contact.key.id, keySealed: new.sealed, nameSealed: nil, isHidden: true))
        }
        retired += resolution.moved.map(\.bytes)
        let moved = Set(resolution.moved)
        let plugin = group.messages[0].plugin
        let seenAt = group.messages.map(\.occurredAt).min() ?? Date()
        for identity in group.identities
        where people.identities[identity.index] == nil || moved.contains(identity.index) {
            let id = IdentityID.generate()
            // A username that two people of one batch claim is the later one's.
            identities.removeAll { $0.index == identity.index.bytes }
            identities.append(
                NewIdentity(
                    id: id, contact: contact.id, plugin: plugin, kind: identity.identity.kind.rawValue,
                    index: identity.index.bytes,
                    sealed: try contact.seal(address: identity.identity.address.revealed, of: id), seenAt: seenAt))
        }
        return (contact, nameSealed)
    }

    private mutating func rename(_ contact: OpenContact, _ nameSealed: [UInt8]?, to name: String) throws {
        renames.removeAll { $0.contact == contact.id }
        if name == (try nameSealed.map { try contact.open(name: $0) }) { return }
        renames.append((contact.id, try contact.seal(name: name)))
    }

    // MARK: - Statuses

    private mutating func planStatuses(_ work: IngestWork, messages rows: PostgresRows) throws {
        var byReference: [MessageID: Int] = [:]
        var byProvider: [[UInt8]: Int] = [:]
        var found: [SentMessage] = []
        for row in rows {
            let message = try SentMessage(row, keys)
            byReference[message.id] = found.count
            if let index = message.providerIndex { byProvider[index] = found.count }
            found.append(message)
        }
        var changed: [Int: MessageAdvance] = [:]
        var seen = Set<StatusKey>()
        for status in work.statuses {
            guard seen.insert(StatusKey(index: status.providerIndex, stage: status.update.stage)).inserted else {
                duplicates.append(status.item)
                continue
            }
            guard let at = status.reference.flatMap({ byReference[$0] }) ?? byProvider[status.providerIndex] else {
                statuses.append((status, nil))
                unmatched.append(status.providerIndex)
                events.append(status.event)
                continue
            }
            statuses.append((status, found[at].id))
            let next = found[at].state.advanced(by: status.update.stage)
            guard next != found[at].state || found[at].providerIndex == nil else { continue }
            var advance = changed[at] ?? MessageAdvance(message: found[at].id, state: next)
            if next != found[at].state { advance.fault = next == .failed ? status.update.fault : nil }
            advance.state = next
            if found[at].providerIndex == nil, byProvider.updateValue(at, forKey: status.providerIndex) == nil {
                // The process that sent it died before it could note the messenger's id.
                advance.providerIndex = status.providerIndex
                advance.providerIDSealed = try found[at].contact?.seal(
                    providerID: status.update.providerID.revealed, of: found[at].id)
                found[at].providerIndex = status.providerIndex
            }
            found[at].state = next
            changed[at] = advance
        }
        advances = changed.values.sorted { $0.message < $1.message }
    }

    private struct StatusKey: Hashable {
        var index: [UInt8]
        var stage: StatusUpdate.Stage
    }

    private struct SentMessage {
        let id: MessageID
        var providerIndex: [UInt8]?
        var state: MessageState
        let contact: OpenContact?

        init(_ row: PostgresRow, _ keys: TenantKeys) throws {
            id = try row.decode("message_id")
            providerIndex = try row.decode("provider_index")
            state = try row.decode("state")
            let sealed = try row.decode("key_sealed", as: [UInt8]?.self)
            contact = try sealed.map {
                try OpenContact(id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: $0, keys: keys)
            }
        }
    }

    // MARK: - Writing

    var writeCount: Int { advances.isEmpty ? 13 : 15 }

    /// Always the same statements in the same order; one that has nothing to do gets empty arrays and costs next to nothing.
    func writes() throws -> [PostgresQuery] {
        let tenant = keys.tenant
        return [
            .tenant(tenant),
            IngestStore.addContacts(tenant, contacts),
            retired.isEmpty ? .nothing : IngestStore.retire(tenant, retired),
            renames.isEmpty ? .nothing : IngestStore.rename(tenant, renames),
            IngestStore.addIdentities(tenant, identities),
            IngestStore.touchConversations(tenant, conversations),
            IngestStore.addMessages(tenant, messages.map(\.row)),
            statuses.isEmpty
                ? .nothing : IngestStore.addStatuses(tenant, statuses.map(\.status), statuses.map(\.message)),
            events.isEmpty ? .nothing : try IngestStore.addEvents(keys, events),
            quarantined.isEmpty ? .nothing : QuarantineStore.add(tenant, quarantined.map(\.row)),
            dropped.isEmpty ? .nothing : QuarantineStore.countDropped(tenant, dropped.map(\.channel)),
        ] + dialogueWrites
            + (advances.isEmpty
                ? [] : [IngestStore.advance(tenant, advances), QueueStore.settle(tenant, advances.map(\.message))])
    }

    private var dialogueWrites: [PostgresQuery] {
        if quarantined.isEmpty, cues.isEmpty { return [.nothing, .nothing] }
        return DialogueStore.enqueue(keys.tenant, quarantined: quarantined.map(\.row.id), stored: cues)
    }
}

extension PostgresQuery {
    /// Keeps a statement's place in a pipeline.
    static let nothing = PostgresQuery("ingest.nothing", "SELECT 1 WHERE false")
}

extension ConversationTouch {
    mutating func widen(_ other: ConversationTouch) {
        inboundAt = [inboundAt, other.inboundAt].compactMap { $0 }.max()
        closesAt = [closesAt, other.closesAt].compactMap { $0 }.max()
        messageAt = max(messageAt, other.messageAt)
        quarantineClosesAt = [quarantineClosesAt, other.quarantineClosesAt].compactMap { $0 }.max()
        isHidden = isHidden && other.isHidden
    }
}
