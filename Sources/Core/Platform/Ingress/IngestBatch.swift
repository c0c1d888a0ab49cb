import PluginKit
import Postgres
import struct Foundation.Date
import struct Foundation.UUID

/// Stores what several webhooks brought in one transaction of two round trips: look up, then write and commit.
struct IngestBatch: Sendable {
    let shard: Shard

    func commit(_ items: [IngestItem]) async throws -> [Result<IngestOutcome, any Error>] {
        var byTenant: [TenantID: IngestWork] = [:]
        for (index, item) in items.enumerated() {
            let tenant = item.route.tenant
            var work: IngestWork
            if let known = byTenant[tenant] { work = known } else { work = IngestWork(keys: try await shard.keys.keys(of: tenant)) }
            for event in item.events {
                work.add(event, of: index, channel: item.route.channel, plugin: item.plugin, receivedAt: item.receivedAt)
            }
            byTenant[tenant] = work
        }
        let works = byTenant.values.sorted { $0.keys.tenant < $1.keys.tenant }
        let outcomes = try await store(works, count: items.count)
        return outcomes.map { .success($0) }
    }

    /// Two things make it run again: another batch made the same new person first, or two contacts are one person.
    private func store(_ works: [IngestWork], count: Int) async throws -> [IngestOutcome] {
        var attempt = 0
        while true {
            attempt += 1
            do {
                return try await shard.app.transaction { tx in
                    try await self.store(works, count: count, tx)
                }
            } catch let needed as MergeNeeded where attempt < 8 {
                try await ContactMerge(shard: shard).merge(needed)
            } catch let error as PostgresError where error.sqlState == .uniqueViolation && attempt < 8 {
                continue
            }
        }
    }

    private func store(_ works: [IngestWork], count: Int, _ tx: PostgresTransaction) async throws -> [IngestOutcome] {
        var queries: [PostgresQuery] = []
        for work in works { queries += IngestPlan.lookups(work) }
        var rows = try await tx.pipeline(queries)[...]
        var plans: [IngestPlan] = []
        var outcomes = [IngestOutcome](repeating: IngestOutcome(), count: count)
        var writes: [PostgresQuery] = []
        for work in works {
            let plan = try IngestPlan(work, found: rows.prefix(IngestPlan.lookupCount))
            rows = rows.dropFirst(IngestPlan.lookupCount)
            for item in plan.duplicates { outcomes[item].duplicates += 1 }
            writes += try plan.writes()
            plans.append(plan)
        }
        var written = try await tx.pipeline(writes, commit: true)[...]
        for plan in plans {
            try plan.account(for: written.prefix(plan.writeCount), in: &outcomes)
            written = written.dropFirst(plan.writeCount)
        }
        return outcomes
    }
}
