import Logging
import Postgres
public import ServiceLifecycle
import Synchronization

import struct Foundation.UUID

/// Claims lanes of one kind on one shard and works on many at once. Any number of processes may do so side by side.
final class LaneWorker: Service {
    /// How often to look when nobody called.
    static let interval = Duration.milliseconds(250)
    /// How long to wait between two looks, however many call: every accepted message does.
    static let pace = Duration.milliseconds(10)

    /// What is worked on, and how much of it at once.
    struct Kind: Sendable {
        /// As `queue_lanes.kind` has it.
        var name: String
        /// Lanes worked on at once, and how many of them one tenant may have.
        var slots = 64
        var share = 16
        /// How long a lane is held. A process that dies gives its lanes back after that.
        var lease: Duration
    }

    private let shard: Shard
    private let kind: Kind
    private let work: @Sendable (Lane) async -> Void
    private let logger: Logger
    private let busy = Mutex<[TenantID: Int]>([:])
    private let isEnding = Atomic(false)
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    /// - Parameter work: takes a lane as far as it goes, and gives it back before it returns.
    init(shard: Shard, _ kind: Kind, logger: Logger, work: @escaping @Sendable (Lane) async -> Void) {
        self.shard = shard
        self.kind = kind
        self.logger = logger
        self.work = work
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
        let free = kind.slots - occupied.values.reduce(0, +)
        guard free > 0 else { return }
        let lease = UUID()
        do {
            let rows = try await shard.worker.query(
                QueueStore.claim(
                    kind.name, lease: lease, limit: free, holding: kind.lease, busy: occupied, share: kind.share))
            for row in rows {
                let lane = Lane(
                    tenant: try row.decode("tenant_id"), kind: kind.name, id: try row.decode("lane_id"), lease: lease)
                busy.withLock { $0[lane.tenant, default: 0] += 1 }
                group.addTask {
                    await self.work(lane)
                    self.done(lane)
                }
            }
        } catch {
            logger.warning("no lanes could be claimed", metadata: ["kind": "\(kind.name)", "error": "\(error)"])
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

extension LaneWorker {
    /// Delivers what is queued for messengers.
    static func delivering(_ lane: DeliveryLane) -> LaneWorker {
        LaneWorker(
            shard: lane.shard, .delivery, logger: lane.logger, work: lane.run)
    }
}

extension LaneWorker {
    /// Tells tenants' endpoints what happened.
    static func telling(_ lane: WebhookLane) -> LaneWorker {
        LaneWorker(shard: lane.shard, .webhook, logger: lane.logger, work: lane.run)
    }
}

extension LaneWorker.Kind {
    static let webhook = LaneWorker.Kind(name: QueueStore.webhook, lease: WebhookLane.lease)
    static let delivery = LaneWorker.Kind(name: QueueStore.delivery, lease: DeliveryLane.lease)
}
