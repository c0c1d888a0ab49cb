import Logging
import Metrics
import Outbound
import PluginKit
import Postgres
public import ServiceLifecycle
import Synchronization

import struct Foundation.Date
import struct Foundation.UUID

/// Claims lanes of one shard and works on many at once. Any number of processes may do so side by side.
final class DeliveryWorker: Service {
    /// Lanes worked on at once, and how many of them one tenant may have.
    static let slots = 64
    static let share = 16
    /// How often to look when nobody called.
    static let interval = Duration.milliseconds(250)
    /// How long to wait between two looks, however many call: every accepted message does.
    static let pace = Duration.milliseconds(10)

    private let shard: Shard
    private let lane: DeliveryLane
    private let logger: Logger
    private let busy = Mutex<[TenantID: Int]>([:])
    private let isEnding = Atomic(false)
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    init(shard: Shard, plugins: PluginRegistry, http: any OutboundHTTP, logger: Logger) {
        self.shard = shard
        self.logger = logger
        lane = DeliveryLane(
            shard: shard, plugins: plugins, flows: FlowKeys(plugins), http: http, rates: ChannelRates(),
            startedAt: Date(), logger: logger)
        (bell, ring) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that there may be work.
    func wake() { ring.yield() }

    /// Works until graceful shutdown; lanes in hand are finished first.
    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.tick() }
                for await _ in bell {
                    await claim(&group)
                    try? await Task.sleep(for: Self.pace)
                }
            }
        } onCancelOrGracefulShutdown: {
            self.isEnding.store(true, ordering: .relaxed)
            self.ring.finish()
        }
    }

    private func tick() async {
        while !isEnding.load(ordering: .relaxed), !Task.isCancelled {
            wake()
            try? await Task.sleep(for: Self.interval)
        }
    }

    private func claim(_ group: inout DiscardingTaskGroup) async {
        let occupied = busy.withLock { $0 }
        let free = Self.slots - occupied.values.reduce(0, +)
        guard free > 0 else { return }
        let lease = UUID()
        do {
            let rows = try await shard.worker.query(
                QueueStore.claim(
                    QueueStore.delivery, lease: lease, limit: free, holding: DeliveryLane.lease, busy: occupied,
                    share: Self.share))
            for row in rows {
                let lane = Lane(
                    tenant: try row.decode("tenant_id"), kind: QueueStore.delivery, id: try row.decode("lane_id"),
                    lease: lease)
                busy.withLock { $0[lane.tenant, default: 0] += 1 }
                group.addTask {
                    await self.lane.run(lane)
                    self.done(lane)
                }
            }
        } catch {
            logger.warning("no lanes could be claimed", metadata: ["error": "\(error)"])
        }
    }

    private func done(_ lane: Lane) {
        busy.withLock { busy in
            let left = (busy[lane.tenant] ?? 1) - 1
            busy[lane.tenant] = left == 0 ? nil : left
        }
        wake()
    }
}
