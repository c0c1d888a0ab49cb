import Logging
import PluginKit
import Postgres

import struct Foundation.UUID

/// Hears what the people of one conversation write about consent, in order, as the tenant, while the lease is ours. Each job is one
/// transaction: what follows from a message and that it was heard become true together.
struct DialogueLane: Sendable {
    /// How long a lane is held. A process that dies gives its lanes back after that.
    static let lease = Duration.seconds(30)
    static let turn = 20

    let shard: Shard
    let plugins: PluginRegistry
    let logger: Logger
    /// Says that there may be something to deliver.
    let wake: @Sendable () -> Void

    func run(_ lane: Lane) async {
        await LaneTurn(shard: shard, lease: Self.lease, jobs: Self.turn, logger: logger).run(lane) { keys in
            let next = try await step(lane, keys)
            wake()
            return next
        }
    }

    private func step(_ lane: Lane, _ keys: TenantKeys) async throws -> LaneTurn.Next? {
        try await shard.worker.transaction(settings: asTenant(lane.tenant)) { tx in
            let rows = try await tx.pipeline([
                DialogueStore.person(of: lane), QueueStore.hold(lane), DialogueStore.first(of: lane),
                TenantStanding.query(lane.tenant),
            ])
            guard rows[1].first != nil else { return .lost }
            guard let job = try rows[2].first.map(DialogueJob.init) else { return nil }
            // While its data may not be processed, nobody is asked in the tenant's name; what was written waits, and its time goes on.
            guard let standing = try rows[3].first.map(TenantStanding.init) else {
                return .pause(DeliveryLane.holdPause)
            }
            // The lane is left as it is, and goes on where the tenant is going.
            if standing.isMoving { return .pause(.zero) }
            guard Gate.processing(standing.state, standing.agreement) == nil else {
                return .pause(DeliveryLane.holdPause)
            }
            if let person = try rows[0].first.map(DialoguePerson.init) {
                try await DialogueHearing(keys: keys, plugins: plugins, person: person, tx: tx, logger: logger).hear(
                    job)
            }
            _ = try await tx.pipeline([QueueStore.complete(lane.tenant, job)], commit: true)
            return .goOn
        }
    }
}

struct DialogueJob: QueuedJob {
    let id: Int64
    /// A message to be heard; or the conversation, which is to be looked at.
    let subject: UUID

    init(_ row: PostgresRow) throws {
        id = try row.decode("job_id")
        subject = try row.decode("subject_id")
    }
}

extension LaneWorker {
    /// Lets consent sources talk with people who have not agreed.
    static func conversing(_ lane: DialogueLane) -> LaneWorker {
        LaneWorker(shard: lane.shard, .dialogue, logger: lane.logger, work: lane.run)
    }
}

extension LaneWorker.Kind {
    static let dialogue = LaneWorker.Kind(name: DialogueStore.kind, slots: 16, share: 4, lease: DialogueLane.lease)
}
