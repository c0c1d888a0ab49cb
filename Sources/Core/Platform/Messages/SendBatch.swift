import PluginKit
import Postgres

import struct Foundation.Date

/// Decides and stores several sends in one transaction of two round trips: look up and ask the gate, then write and commit.
struct SendBatch: Sendable {
    let shard: Shard
    let plugins: PluginRegistry
    let flows: FlowKeys

    init(shard: Shard, plugins: PluginRegistry) {
        self.shard = shard
        self.plugins = plugins
        flows = FlowKeys(plugins)
    }

    func commit(_ items: [SendItem]) async throws -> [Result<SendReceipt, any Error>] {
        var keys: [TenantID: TenantKeys] = [:]
        for item in items where keys[item.caller.tenant] == nil {
            keys[item.caller.tenant] = try await shard.keys.keys(of: item.caller.tenant)
        }
        let ring = keys
        return try await retryingConflicts {
            try await self.shard.app.transaction { tx in try await self.store(items, ring, tx) }
        }
    }

    private func store(
        _ items: [SendItem], _ ring: [TenantID: TenantKeys], _ tx: PostgresTransaction
    ) async throws -> [Result<SendReceipt, any Error>] {
        let byTenant = Dictionary(grouping: items.indices) { items[$0].caller.tenant }
        let tenants = byTenant.keys.sorted()
        var results = [Result<SendReceipt, any Error>?](repeating: nil, count: items.count)
        var looks: [PostgresQuery] = []
        for tenant in tenants {
            guard let keys = ring[tenant], let places = byTenant[tenant] else { continue }
            looks += [.tenant(tenant), TenantStanding.query(tenant)]
            looks.append(SendStore.facts(tenant, places.map { look(items[$0], keys) }))
        }
        let found = try await tx.pipeline(looks)
        let now = Date()
        var writes: [PostgresQuery] = []
        for (turn, tenant) in tenants.enumerated() {
            guard let keys = ring[tenant], let places = byTenant[tenant] else { continue }
            guard let standingRow = found[turn * 3 + 1].first else {
                // Erased at this moment; the others of the batch are not concerned.
                for place in places { results[place] = .failure(PlatformError.notFound("tenant")) }
                continue
            }
            let standing = try TenantStanding(standingRow)
            if standing.isMoving {
                for place in places { results[place] = .failure(PlatformError(Refusal(.tenantMoving))) }
                continue
            }
            var messages: [SendStore.NewMessage] = []
            var underKey: [IdempotencyPlace: (message: MessageID, requestHash: [UInt8])] = [:]
            var facts = [SendFacts?](repeating: nil, count: places.count)
            for row in found[turn * 3 + 2] { facts[try row.decode("place")] = try SendFacts(row) }
            for (place, known) in zip(places, facts) {
                let item = items[place]
                guard var facts = known else {
                    results[place] = .failure(PlatformError.invalid("to", "the channel has no addresses of that kind"))
                    continue
                }
                let slot = item.idempotencyHash.map {
                    IdempotencyPlace(caller: item.caller.key, route: item.request.route, hash: $0)
                }
                // The same key twice in one batch: the second finds the first.
                if facts.earlier == nil, let slot { facts.earlier = underKey[slot] }
                do {
                    let decided = try decide(item, facts, standing, keys, now)
                    results[place] = .success(decided.receipt)
                    if let message = decided.message {
                        messages.append(message)
                        if let slot { underKey[slot] = (message.id, message.requestHash) }
                    }
                } catch {
                    results[place] = .failure(error)
                }
            }
            if !messages.isEmpty { writes += SendStore.writes(tenant, messages) }
        }
        if !writes.isEmpty { _ = try await tx.pipeline(writes, commit: true) }
        let lost = PlatformError(.unavailable, "The send was not decided.", remedy: "Try again.")
        return results.map { $0 ?? .failure(lost) }
    }

    private struct IdempotencyPlace: Hashable {
        var caller: APIKeyID
        var route: String
        var hash: [UInt8]
    }

    private func look(_ item: SendItem, _ keys: TenantKeys) -> SendStore.Look {
        let (contact, candidates) = item.request.recipient.looks(plugins, keys)
        return SendStore.Look(
            caller: item.caller.key, route: item.request.route, idempotencyHash: item.idempotencyHash,
            channel: item.request.channel, contact: contact, purpose: item.request.purpose, candidates: candidates)
    }

    private func decide(
        _ item: SendItem, _ facts: SendFacts, _ standing: TenantStanding, _ keys: TenantKeys, _ now: Date
    ) throws -> (receipt: SendReceipt, message: SendStore.NewMessage?) {
        if let earlier = facts.earlier {
            guard earlier.requestHash == item.request.requestHash else {
                throw IdempotencyKey.reused
            }
            return (SendReceipt(message: earlier.message, replayed: true), nil)
        }
        try checkChannel(item, facts)
        if case .contact = item.request.recipient, facts.contact == nil { throw PlatformError.notFound("contact") }
        let question = GateQuestion(
            now: now, standing: standing, region: shard.regionKeys.at(now), channel: facts.channelState,
            flows: flows.of(facts.plugin), contactErased: facts.contactErased,
            contactRestricted: facts.contactRestricted, purpose: item.request.purpose,
            isSpecialCategory: facts.isSpecialCategory, isAdvertising: facts.isAdvertising, consent: facts.consent,
            content: GateQuestion.Content(item.request.content), windowClosesAt: facts.windowClosesAt)
        if case .refused(let refusal) = Gate.decide(question) { throw PlatformError(refusal) }
        guard let channel = facts.channel, let contact = facts.contact, let keyID = facts.keyID,
            let sealed = facts.keySealed
        else {
            throw PlatformError(Refusal(.consentMissing))
        }
        let open = try OpenContact(id: contact, keyID: keyID, keySealed: sealed, keys: keys)
        let id = MessageID.generate()
        let message = SendStore.NewMessage(
            id: id, contact: contact, channel: channel, type: IngestWork.plain(item.request.content.type),
            purpose: item.request.purpose, contentSealed: try open.seal(content: item.request.content, of: id), at: now,
            caller: item.caller.key, route: item.request.route, idempotencyHash: item.idempotencyHash,
            requestHash: item.request.requestHash)
        return (SendReceipt(message: id, replayed: false), message)
    }

    private func checkChannel(_ item: SendItem, _ facts: SendFacts) throws {
        switch (facts.channelCount, item.request.channel) {
        case (0, nil):
            throw PlatformError(.conflict, "The tenant has no channel.", remedy: "The provider connects one first.")
        case (0, _): throw PlatformError.invalid("channel_id", "the tenant has no such channel")
        case (2..., nil):
            throw PlatformError.invalid("channel_id", "the tenant has several channels; say which one is meant")
        default: break
        }
    }
}

extension RecipientReference {
    /// By what a person is looked for: an id, or the blind index of the address on each kind of channel that has such addresses.
    func looks(_ plugins: PluginRegistry, _ keys: TenantKeys) -> (
        contact: ContactID?, candidates: [(plugin: String, index: [UInt8])]
    ) {
        switch self {
        case .contact(let id): return (id, [])
        case .identity(let kind, let address):
            let candidates = plugins.channels.compactMap { name, plugin in
                plugin.normalise(kind, address.revealed).map { (name, keys.indexed($0, plugin: name).index.bytes) }
            }
            return (nil, candidates)
        }
    }
}
