public import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// What a tenant may read: opened with its keys, as the tenant, one page at a time, while its agreement is in force (GDPR Art. 28(3)).
public struct ReadingService: Sendable {
    let directory: RegionDirectory
    let audit: AuditTrail

    private func read<Value: Sendable>(
        _ caller: Caller, _ body: @Sendable (PostgresTransaction, TenantKeys) async throws -> Value
    ) async throws -> Value {
        let shard = try directory.shard(caller.shard)
        let keys = try await shard.keys.keys(of: caller.tenant)
        return try await shard.app.transaction(settings: asTenant(caller.tenant), readOnly: true) { tx in
            try await TenantStanding.requireProcessing(caller.tenant, tx)
            return try await body(tx, keys)
        }
    }

    // MARK: - Contacts

    public func contacts(_ caller: Caller, _ page: PageRequest) async throws -> Page<ContactView> {
        let after = try page.position()
        return try await read(caller) { tx, keys in
            let rows = try await tx.query(ReadingStore.contacts(caller.tenant, after: after, limit: page.limit + 1))
            return try page.cut(try await views(rows, keys, tx)) { $0.id.rawValue }
        }
    }

    /// The contact, or the one it was merged into.
    public func contact(_ caller: Caller, _ id: ContactID) async throws -> ContactView {
        try await read(caller) { tx, keys in
            let rows = try await tx.query(ReadingStore.contact(caller.tenant, id))
            guard let view = try await views(rows, keys, tx).first else { throw PlatformError.notFound("contact") }
            return view
        }
    }

    private func views(_ rows: PostgresRows, _ keys: TenantKeys, _ tx: PostgresTransaction) async throws
        -> [ContactView]
    {
        let ids = try rows.map { try $0.decode("contact_id", as: ContactID.self) }
        var addresses: [ContactID: [ContactView.Address]] = [:]
        for row in try await tx.query(ReadingStore.addresses(keys.tenant, ids)) {
            let sealedFor = try OpenContact(
                id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: row.decode("key_sealed"),
                keys: keys)
            let address = try sealedFor.open(address: row.decode("address_sealed"), of: row.decode("identity_id"))
            addresses[try row.decode("contact_id"), default: []].append(
                ContactView.Address(
                    plugin: try row.decode("plugin"),
                    identity: Identity(.init(rawValue: try row.decode("kind")), address),
                    retiredAt: try row.decode("retired_at")))
        }
        return try rows.map { row in
            let id = try row.decode("contact_id", as: ContactID.self)
            var name: String?
            if let sealed = try row.decode("name_sealed", as: [UInt8]?.self),
                let key = try row.decode("key_sealed", as: [UInt8]?.self)
            {
                name = try OpenContact(id: id, keyID: row.decode("key_id"), keySealed: key, keys: keys).open(
                    name: sealed)
            }
            return ContactView(
                id: id, name: name.map { Personal($0) }, addresses: addresses[id] ?? [],
                createdAt: try row.decode("created_at"),
                erasedAt: try row.decode("erased_at"))
        }
    }

    // MARK: - Conversations

    public func conversations(_ caller: Caller, _ page: PageRequest) async throws -> Page<ConversationView> {
        let after = try page.position()
        return try await read(caller) { tx, _ in
            let rows = try await tx.query(
                ReadingStore.conversations(caller.tenant, nil, after: after, limit: page.limit + 1))
            return try page.cut(try rows.map(ReadingStore.conversation)) { $0.id.rawValue }
        }
    }

    public func conversation(_ caller: Caller, _ id: ConversationID) async throws -> ConversationView {
        try await read(caller) { tx, _ in
            let rows = try await tx.query(ReadingStore.conversations(caller.tenant, id, after: nil, limit: 1))
            guard let row = rows.first else { throw PlatformError.notFound("conversation") }
            return try ReadingStore.conversation(row)
        }
    }

    // MARK: - Messages

    /// Newest first.
    /// - Parameter requestID: stands in the audit trail with what is read of special categories.
    public func messages(
        _ caller: Caller, in conversation: ConversationID?, direction: MessageDirection?, state: String?,
        _ page: PageRequest, requestID: String? = nil
    ) async throws -> Page<MessageView> {
        if let state, state != "received", MessageState(rawValue: state) == nil {
            let known = ["received"] + MessageState.allCases.map(\.rawValue)
            throw PlatformError.invalid("state", "can be one of \(known.joined(separator: ", "))")
        }
        let before = try page.position()
        if let conversation { _ = try await self.conversation(caller, conversation) }
        let found = try await read(caller) { tx, keys in
            let rows = try await tx.query(
                ReadingStore.messages(
                    caller.tenant, conversation, direction, state, before: before, limit: page.limit + 1))
            return try page.cut(try rows.map { try ReadingStore.message($0, keys) }) { $0.id.rawValue }
        }
        try await enterReading(of: found.items, caller, requestID)
        return found
    }

    public func message(_ caller: Caller, _ id: MessageID, requestID: String? = nil) async throws -> MessageView {
        let view = try await look(caller, id)
        try await enterReading(of: [view], caller, requestID)
        return view
    }

    /// By what the messenger knows a message; nil while it does not. Nothing of the content is shown.
    public func providerID(of id: MessageID, _ caller: Caller) async throws -> Personal<String>? {
        try await look(caller, id).providerID
    }

    /// Whoever reads content of special categories leaves a trace of it (Art. 9, 5(2) GDPR), before they have it.
    private func enterReading(of messages: [MessageView], _ caller: Caller, _ requestID: String?) async throws {
        let special = messages.filter(\.isSpecialCategory)
        guard let first = special.first else { return }
        let conversations = Set(special.map(\.conversation))
        try await audit.enter(
            AuditRecord(
                "special_category.read",
                special.count == 1 ? .init("message", first.id) : .init("tenant", caller.tenant),
                Cause(.apiKey(caller.key), requestID: requestID),
                after: [
                    "messages": .array(special.map { .string($0.id.description) }),
                    "conversations": .array(conversations.sorted().map { .string($0.description) }),
                ]), in: .tenant(caller.tenant))
    }

    private func look(_ caller: Caller, _ id: MessageID) async throws -> MessageView {
        try await read(caller) { tx, keys in
            let rows = try await tx.pipeline([
                ReadingStore.message(caller.tenant, id), ReadingStore.stages(caller.tenant, id),
            ])
            guard let row = rows[0].first else { throw PlatformError.notFound("message") }
            var view = try ReadingStore.message(row, keys)
            view.stages = try rows[1].map { (stage: try $0.decode("stage"), occurredAt: try $0.decode("occurred_at")) }
            return view
        }
    }

    // MARK: - Events

    /// What the messenger told besides messages and statuses, and what could not be read; newest first.
    public func events(_ caller: Caller, _ page: PageRequest) async throws -> Page<ChannelEventView> {
        let before = try page.position()
        return try await read(caller) { tx, keys in
            let rows = try await tx.query(ReadingStore.events(caller.tenant, before: before, limit: page.limit + 1))
            return try page.cut(try rows.map { try ReadingStore.event($0, keys) }) { $0.id.rawValue }
        }
    }

    /// The tenant's own master data: readable whatever its state.
    public func channels(_ caller: Caller) async throws -> [Channel] {
        let shard = try directory.shard(caller.shard)
        let rows = try await shard.app.transactionBatch(
            settings: asTenant(caller.tenant), [ChannelStore.list(caller.tenant)])[0]
        return try rows.map { try ChannelStore.channel($0, of: caller.tenant) }
    }
}
