import Logging
import PluginKit
import Postgres

import struct Foundation.UUID

/// Works on one import, part by part, as the tenant, while the lease is ours.
struct ConsentImportLane: Sendable {
    /// Longer than a part may take.
    static let lease = Duration.seconds(60)
    /// How long an import waits while its tenant or agreement forbids processing; whoever puts that right makes its lane due at once.
    static let holdPause = Duration.seconds(300)
    /// Parts before the lane is given back, so that other lanes get their turn.
    static let turn = 20

    let shard: Shard
    let plugins: PluginRegistry
    let logger: Logger

    private enum Next {
        case goOn, pause, lost, over
    }

    func run(_ lane: Lane) async {
        do {
            let keys = try await shard.keys.keys(of: lane.tenant)
            let started = ContinuousClock.now
            for _ in 0..<Self.turn {
                // The lease must outlast the part that begins now.
                guard ContinuousClock.now - started < Self.lease / 3 else { break }
                let next = try await retryingConflicts {
                    try await shard.worker.transaction(settings: asTenant(lane.tenant)) { tx in
                        try await step(lane, keys, tx)
                    }
                }
                switch next {
                case .goOn: continue
                case .pause: return try await release(lane, after: Self.holdPause)
                case .over: return try await release(lane, after: .zero)
                case .lost: return
                }
            }
            try await release(lane, after: .zero)
        } catch {
            // The lease ends by itself, and somebody tries again.
            logger.warning("an import could not be worked on", metadata: ["error": "\(error)"])
        }
    }

    private func release(_ lane: Lane, after time: Duration) async throws {
        _ = try await shard.worker.transactionBatch(
            settings: asTenant(lane.tenant), QueueStore.release(lane, after: time))
    }

    /// Records one part and removes it, in one transaction.
    private func step(_ lane: Lane, _ keys: TenantKeys, _ tx: PostgresTransaction) async throws -> Next {
        let (tenant, id) = (lane.tenant, ConsentImportID(rawValue: lane.id))
        let rows = try await tx.pipeline([
            QueueStore.hold(lane), ImportJob.first(of: lane), TenantStanding.query(tenant),
            ConsentImportStore.lock(tenant, id), ConsentImportStore.part(tenant, id),
        ])
        guard rows[0].first != nil else { return .lost }
        guard let job = try rows[1].first.map(ImportJob.init) else { return .over }
        guard let standing = try rows[2].first.map(TenantStanding.init), let row = rows[3].first else {
            _ = try await tx.query(QueueStore.complete(tenant, job))
            return .over
        }
        let importing = try ConsentImportStore.found(row)
        switch ProcessingRule.verdict(.webhook, standing.state, standing.agreement, isMoving: standing.isMoving) {
        case .allowed: break
        case .held, .later: return .pause
        case .refused, .discarded, .gone:
            _ = try await tx.pipeline([
                ConsentImportStore.finish(tenant, id, .stopped), ConsentImportStore.removeParts(tenant, id),
                QueueStore.complete(tenant, job),
            ])
            return .over
        }
        guard !importing.state.isOver, let found = rows[4].first else {
            _ = try await tx.pipeline([
                ConsentImportStore.finish(tenant, id, .done), QueueStore.complete(tenant, job),
            ])
            return .over
        }
        let part = Int(try found.decode("part", as: Int32.self))
        let defaults = try JSON(
            parsing: keys.data.open(
                row.decode("defaults_sealed"), ConsentImportStore.context(defaultsOf: id, tenant)))
        let content = try JSON(
            parsing: keys.data.open(
                found.decode("content_sealed"), ConsentImportStore.context(part: part, of: id, tenant)))
        let recorder = ImportRecorder(
            importing: importing, defaults: defaults.object ?? JSONObject(), caller: try row.decode("created_by"),
            plugins: plugins, keys: keys)
        let outcome = try await recorder.record(content.array ?? [], tx)
        var writes = [
            ConsentImportStore.count(tenant, id, outcome.counts), ConsentImportStore.removePart(tenant, id, part),
        ]
        if !outcome.faults.isEmpty { writes.append(ConsentImportStore.note(tenant, id, outcome.faults)) }
        _ = try await tx.pipeline(writes)
        return .goOn
    }
}

/// The one job of an import.
struct ImportJob: QueuedJob {
    let id: Int64
    let subject: UUID

    static func first(of lane: Lane) -> PostgresQuery {
        PostgresQuery(
            "consent-imports.first-job",
            """
            SELECT job_id, subject_id FROM queue_jobs
            WHERE tenant_id = $1 AND kind = $2 AND lane_id = $3 AND dead_at IS NULL
            ORDER BY job_id
            LIMIT 1
            """, [lane.tenant, lane.kind, lane.id])
    }

    init(_ row: PostgresRow) throws {
        id = try row.decode("job_id")
        subject = try row.decode("subject_id")
    }
}

extension LaneWorker {
    /// Records imported consents. Few at once: each takes a tenant's chain of consents for as long as a part takes.
    static func importing(_ lane: ConsentImportLane) -> LaneWorker {
        LaneWorker(shard: lane.shard, .importing, logger: lane.logger, work: lane.run)
    }
}

extension LaneWorker.Kind {
    static let importing = LaneWorker.Kind(
        name: QueueStore.importing, slots: 4, share: 1, lease: ConsentImportLane.lease)
}

extension QueueStore {
    static let importing = "import"
}
