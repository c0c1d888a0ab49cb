import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// Stores what several webhooks brought in one transaction of two round trips: look up, then write and commit.
struct IngestBatch: Sendable {
    let shard: Shard

    func commit(_ items: [IngestItem]) async throws -> [Result<IngestOutcome, any Error>] {
        do {
            return try await store(items)
        } catch let error where items.count == 1 && PlatformError.moving(error) != nil {
            // Never kept as something else: the messenger brings it again.
            return [.failure(PlatformError.moving(error) ?? error)]
        } catch let error where items.count == 1 && GroupFault.liesWithItem(error) {
            return [.success(try await storeApart(items[0], error))]
        }
    }

    /// One event that cannot be stored must not keep its webhook from being stored for ever: each for itself, and that one as malformed.
    private func storeApart(_ item: IngestItem, _ error: any Error) async throws -> IngestOutcome {
        var outcome = IngestOutcome()
        for event in item.events {
            var alone = item
            alone.events = [event]
            do {
                if item.events.count == 1 { throw error }
                outcome.add(try await store([alone])[0].get())
            } catch let error where PlatformError.moving(error) == nil && GroupFault.liesWithItem(error) {
                let reason =
                    "it could not be stored (\((error as? PostgresError)?.sqlState?.rawValue ?? "\(type(of: error))"))"
                alone.events[0].kind = .malformed(reason: reason)
                outcome.add(try await store([alone])[0].get())
            }
        }
        return outcome
    }

    private func store(_ items: [IngestItem]) async throws -> [Result<IngestOutcome, any Error>] {
        var byTenant: [TenantID: IngestWork] = [:]
        var gone: Set<TenantID> = []
        var away: Set<TenantID> = []
        for tenant in Set(items.map(\.route.tenant)) {
            do {
                byTenant[tenant] = IngestWork(keys: try await shard.keys.keys(of: tenant))
            } catch let error as PlatformError
                where error.code == .notFound || error.refusal?.code == .tenantTerminated
            {
                gone.insert(tenant)
            } catch let error as PlatformError where error.refusal?.code == .tenantMoving {
                away.insert(tenant)
            }
        }
        for (index, item) in items.enumerated() {
            for event in item.events {
                byTenant[item.route.tenant]?.add(
                    event, of: index, channel: item.route.channel, plugin: item.plugin, receivedAt: item.receivedAt)
            }
        }
        let works = byTenant.values.sorted { $0.keys.tenant < $1.keys.tenant }
        var (outcomes, discarded, moving) = try await store(works, count: items.count)
        discarded.formUnion(gone)
        moving.formUnion(away)
        for (index, item) in items.enumerated() where discarded.contains(item.route.tenant) {
            outcomes[index].discarded = item.events.count
        }
        return zip(items, outcomes).map { item, outcome in
            moving.contains(item.route.tenant)
                ? .failure(PlatformError(Refusal(.tenantMoving))) : .success(outcome)
        }
    }

    /// The outcome of each item, the tenants for whom nothing is taken any more, and those for whom nothing is taken now.
    private typealias Stored = (outcomes: [IngestOutcome], discarded: Set<TenantID>, moving: Set<TenantID>)

    /// Two things make it run again: another batch made the same new person first, or two contacts are one person.
    private func store(_ works: [IngestWork], count: Int) async throws -> Stored {
        // Each merge leaves one contact fewer, and a message names four at most.
        let merges = 8 + 3 * works.reduce(0) { $0 + $1.messages.count + $1.changes.count }
        return try await retryingConflicts {
            for _ in 0..<merges {
                do {
                    return try await shard.app.transaction { tx in try await self.store(works, count: count, tx) }
                } catch let needed as MergeNeeded {
                    try await ContactMerge(shard: shard).merge(needed)
                }
            }
            return try await shard.app.transaction { tx in try await self.store(works, count: count, tx) }
        }
    }

    private func store(_ all: [IngestWork], count: Int, _ tx: PostgresTransaction) async throws -> Stored {
        var rows = try await tx.pipeline(all.flatMap(IngestPlan.lookups))[...]
        var (works, plans): ([IngestWork], [IngestPlan]) = ([], [])
        var (discarded, moving): (Set<TenantID>, Set<TenantID>) = ([], [])
        var outcomes = [IngestOutcome](repeating: IngestOutcome(), count: count)
        for work in all {
            let found = rows.prefix(IngestPlan.lookupCount)
            rows = rows.dropFirst(IngestPlan.lookupCount)
            switch try IngestPlan.verdict(found) {
            case .discarded: discarded.insert(work.keys.tenant); continue
            case .later: moving.insert(work.keys.tenant); continue
            case .allowed, .held, .refused, .gone: break
            }
            var plan = try IngestPlan(work, found: found)
            if !plan.unmatched.isEmpty { plan = try await lookAgain(work, plan.unmatched, tx) }
            for item in plan.duplicates { outcomes[item].duplicates += 1 }
            plans.append(plan)
            works.append(work)
        }
        let isMore =
            works.contains { !$0.changes.isEmpty || !$0.stops.isEmpty } || plans.contains { !$0.withdrawals.isEmpty }
        var written = try await tx.pipeline(plans.flatMap { try $0.writes() }, commit: !isMore)[...]
        for (work, plan) in zip(works, plans) {
            let own = written.prefix(plan.writeCount)
            try plan.account(for: own, in: &outcomes)
            if isMore {
                try await carryOut(work, new: try plan.storedEvents(own), tx)
                try await withdraw(plan, of: work.keys, stored: try plan.storedMessages(own), tx)
            }
            written = written.dropFirst(plan.writeCount)
        }
        return (outcomes, discarded, moving)
    }

    /// A status that fits no message may have met the moment in which the answer to the send is written down: after the lock, either that is
    /// there, or whoever writes it will find this status.
    private func lookAgain(_ work: IngestWork, _ unmatched: [[UInt8]], _ tx: PostgresTransaction) async throws
        -> IngestPlan
    {
        let tenant = work.keys.tenant
        let locks = Set(unmatched).sorted { $0.lexicographicallyPrecedes($1) }.map {
            DeliveryStore.claimProviderID(tenant, $0)
        }
        let rows = try await tx.pipeline(locks + IngestPlan.lookups(work))
        return try IngestPlan(work, found: rows[locks.count...])
    }

    /// What follows from events that are new, in the same transaction.
    private func carryOut(_ work: IngestWork, new: Set<[UInt8]>, _ tx: PostgresTransaction) async throws {
        guard !work.changes.isEmpty || !work.stops.isEmpty else { return }
        let tenant = work.keys.tenant
        var left = new
        _ = try await tx.query(.tenant(tenant))
        for change in work.changes where left.remove(change.event.dedupIndex) != nil {
            let outcome = try await IdentityChanges(keys: work.keys, tx: tx).apply(change)
            if outcome != change.event.outcome {
                _ = try await tx.query(IngestStore.setOutcome(tenant, change.event.dedupIndex, outcome))
            }
        }
        var stops: [(stop: IngestWork.Stop, contact: ContactID)] = []
        for stop in work.stops where left.remove(stop.event.dedupIndex) != nil {
            let contact = try await ContactStore(keys: work.keys).findOrCreate(
                stop.identities, plugin: stop.event.plugin, seenAt: stop.occurredAt, isHidden: true, tx)
            stops.append((stop, contact))
        }
        // All of them before the first event, which holds the tenant's chain until commit: whoever withdraws for one of them holds the
        // person first, and the chain after that.
        try await ContactStore.hold(tenant, stops.map(\.contact), tx)
        for (stop, contact) in stops.sorted(by: { $0.contact < $1.contact }) {
            try await ConsentLedger.addWithdrawal(
                work.keys, contact: contact, channel: stop.event.channel, purpose: stop.purpose,
                source: stop.event.plugin,
                at: Withdrawals.latest(stop.occurredAt), tx)
        }
    }

    /// A word or button of withdrawal takes effect with the message that brings it (GDPR Art. 7(3)); the person is told once.
    private func withdraw(
        _ plan: IngestPlan, of keys: TenantKeys, stored: Set<MessageID>, _ tx: PostgresTransaction
    ) async throws {
        let new = plan.withdrawals.filter { stored.contains($0.id) || $0.fate == .dropped }
        guard !new.isEmpty else { return }
        _ = try await tx.query(.tenant(keys.tenant))
        // In one order, as in every batch: each holds the tenant's chain from its first event on.
        for withdrawal in new.sorted(by: { ($0.contact, $0.id) < ($1.contact, $1.id) }) {
            let (message, word) = (withdrawal.message, withdrawal.word)
            let isFirst = try await Withdrawals.everything(
                keys, contact: withdrawal.contact, channel: message.channel, source: message.plugin,
                method: "word_in_chat", evidence: message.withdrawalEvidence(word, stored: withdrawal.id),
                at: Withdrawals.latest(message.occurredAt), releases: withdrawal.endsDialogue, tx)
            // Whoever is being asked something is told in the dialogue.
            guard isFirst, withdrawal.fate == .stored else { continue }
            try await Withdrawals.confirm(
                keys, to: withdrawal.contact, channel: message.channel,
                WithdrawalText.confirmation(word, of: message.identities), tx)
        }
    }
}
