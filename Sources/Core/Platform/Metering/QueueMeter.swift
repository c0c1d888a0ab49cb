import Logging
import Metrics
import Postgres
import ServiceLifecycle

import struct Foundation.Date

/// Measures each shard's queue now and then, so that a queue that does not move is seen.
struct QueueMeter: Service {
    static let interval = Duration.seconds(15)

    private let gauges: [ShardGauges]

    init(shards: [Shard], logger: Logger) { gauges = shards.map { ShardGauges(shard: $0, logger: logger) } }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                // Side by side: a shard that does not answer must not keep the others from being seen.
                await withDiscardingTaskGroup { group in
                    for shard in gauges { group.addTask { await shard.measure() } }
                }
                try await Task.sleep(for: Self.interval)
            }
        }
    }
}

private struct ShardGauges: Sendable {
    let shard: Shard
    let logger: Logger
    private let depth: Gauge
    private let age: Gauge
    private let dead: Gauge
    private let measured: Gauge

    init(shard: Shard, logger: Logger) {
        self.shard = shard
        self.logger = logger
        let labels = [("shard", shard.id.rawValue)]
        depth = Gauge(label: "queue_depth", dimensions: labels)
        age = Gauge(label: "queue_oldest_due_seconds", dimensions: labels)
        dead = Gauge(label: "queue_dead_letters", dimensions: labels)
        measured = Gauge(label: "queue_measured_timestamp_seconds", dimensions: labels)
    }

    func measure() async {
        do {
            guard let row = try await shard.worker.query(Self.query).first else { return }
            depth.record(try row.decode("depth", as: Int.self))
            age.record(try row.decode("age", as: Double?.self) ?? 0)
            dead.record(try row.decode("dead", as: Int.self))
            measured.record(Date().timeIntervalSince1970)
        } catch {
            // The time of the last measurement says so too.
            logger.debug("a queue could not be measured", metadata: ["shard": "\(shard.id)", "error": "\(error)"])
        }
    }

    private static let query = PostgresQuery(
        "queue.measure",
        """
        SELECT coalesce(sum(depth), 0)::bigint AS depth,
               extract(epoch FROM now() - min(run_at) FILTER (WHERE run_at <= now()))::float8 AS age,
               (SELECT coalesce(sum(letters), 0)::bigint FROM dead_letter_counts WHERE kind = 'deliver') AS dead
        FROM queue_lanes
        WHERE kind = 'deliver'
        """)
}
