import Foundation
import Postgres

@testable import Platform

/// A worker that works when the test says so, and for which time passes when the test says so.
struct Hand: Sendable {
    let region: Region
    let lane: DeliveryLane

    /// - Parameter startedAt: when its process began; long ago unless said otherwise.
    init(in region: Region, startedAt: Date = Date(timeIntervalSinceNow: -3600)) throws {
        self.region = region
        lane = DeliveryLane(
            shard: try region.shard, plugins: region.installation.plugins, flows: FlowKeys(region.installation.plugins),
            http: KindMeta(),
            rates: ChannelRates(perSecond: 10_000),
            startedAt: startedAt, logger: .quiet)
    }

    /// Takes the lanes that are due now, as a worker does.
    func claim(limit: Int = 64, share: Int = 16) async throws -> [Lane] {
        let lease = UUID()
        let rows = try await region.shard.worker.query(
            QueueStore.claim(
                QueueStore.delivery, lease: lease, limit: limit, holding: DeliveryLane.lease, busy: [:], share: share))
        return try rows.map {
            Lane(
                tenant: try $0.decode("tenant_id"), kind: QueueStore.delivery, id: try $0.decode("lane_id"),
                lease: lease)
        }
    }

    /// Works on every lane that is due, until none is.
    func work() async throws {
        while true {
            let lanes = try await claim()
            if lanes.isEmpty { return }
            await withTaskGroup { group in
                for lane in lanes { group.addTask { await self.lane.run(lane) } }
            }
        }
    }
}

extension Region {
    /// Every wait of the queue is over: backoff, held channels, leases of workers that died, doubts about what was sent.
    func letTimePass() async throws {
        _ = try await rows("UPDATE queue_lanes SET run_at = now(), lease_until = least(lease_until, now())")
        _ = try await rows("UPDATE queue_jobs SET attempted_at = attempted_at - interval '1 hour'")
        _ = try await rows("UPDATE channels SET held_until = NULL")
    }

    /// Every pause of a lane that nobody holds is over, while workers work.
    func letWaitsPass() async throws {
        _ = try await rows(
            """
            WITH waiting AS MATERIALIZED (
                SELECT tenant_id, kind, lane_id FROM queue_lanes WHERE lease_owner IS NULL AND run_at > now()
                ORDER BY tenant_id, kind, lane_id FOR UPDATE
            )
            UPDATE queue_lanes l SET run_at = now()
            FROM waiting w
            WHERE (l.tenant_id, l.kind, l.lane_id) = (w.tenant_id, w.kind, w.lane_id)
            """)
    }

    /// Failures and doubts so far do not count, so that a test may have more of them than a message is given.
    func forgiveFailures() async throws {
        _ = try await rows("UPDATE queue_jobs SET failures = 0, unclear = 0")
    }

    /// What is wrong with the queue's books: a lane's depth must be the number of its live jobs, and no live job be without lane.
    func queueFaults() async throws -> [String] {
        try await rows(
            """
            SELECT coalesce(l.lane_id, j.lane_id)::text || ': depth ' || coalesce(l.depth::text, 'none') || ', jobs '
                   || coalesce(j.jobs, 0) AS fault
            FROM queue_lanes l
            FULL JOIN (SELECT tenant_id, kind, lane_id, count(*) AS jobs FROM queue_jobs WHERE dead_at IS NULL GROUP BY 1, 2, 3) j
                 USING (tenant_id, kind, lane_id)
            WHERE l.depth IS DISTINCT FROM coalesce(j.jobs, 0)
            UNION ALL
            SELECT 'dead letters of ' || coalesce(c.tenant_id, d.tenant_id) || ': counted ' || coalesce(c.letters, 0) || ', there are '
                   || coalesce(d.letters, 0)
            FROM dead_letter_counts c
            FULL JOIN (SELECT tenant_id, kind, count(*) AS letters FROM queue_jobs WHERE dead_at IS NOT NULL GROUP BY 1, 2) d
                 USING (tenant_id, kind)
            WHERE coalesce(c.letters, 0) <> coalesce(d.letters, 0)
            """
        ).map { try $0.decode("fault") }
    }

    /// What points to a contact that is no more: every person has one contact that lives, and all of theirs belongs to it.
    func contactFaults() async throws -> [String] {
        try await rows(
            """
            SELECT 'a message of a merged contact' AS fault FROM messages m JOIN contacts c USING (tenant_id, contact_id)
                WHERE c.merged_into IS NOT NULL
            UNION ALL
            SELECT 'a conversation of a merged contact' FROM conversations v JOIN contacts c USING (tenant_id, contact_id)
                WHERE c.merged_into IS NOT NULL
            UNION ALL
            SELECT 'a message in another contact''s conversation' FROM messages m JOIN conversations v USING (tenant_id, conversation_id)
                WHERE v.contact_id <> m.contact_id OR v.channel_id <> m.channel_id
            UNION ALL
            SELECT 'an address of a merged contact' FROM identities i JOIN contacts c USING (tenant_id, contact_id)
                WHERE c.merged_into IS NOT NULL
            UNION ALL
            SELECT 'a contact merged into one that is merged' FROM contacts c
                JOIN contacts s ON s.tenant_id = c.tenant_id AND s.contact_id = c.merged_into WHERE s.merged_into IS NOT NULL
            """
        ).map { try $0.decode("fault") }
    }
}

extension LaneWorker {
    /// A worker as the server runs them.
    static func delivering(in region: Region) throws -> LaneWorker {
        let plugins = region.installation.plugins
        return .delivering(
            DeliveryLane(
                shard: try region.shard, plugins: plugins, flows: FlowKeys(plugins), http: KindMeta(),
                rates: ChannelRates(), startedAt: Date(), logger: .quiet))
    }
}
