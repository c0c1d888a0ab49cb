import Logging
import PluginKit
import Postgres

import struct Foundation.Date

extension DeliveryLane {
    /// Writes down what became of an attempt.
    /// - Parameter known: the person's addresses as we had them.
    func record(
        _ outcome: DeliveryOutcome, _ lane: Lane, _ job: DeliveryJob, _ contact: OpenContact, _ keys: TenantKeys,
        known: [Identity]
    ) async throws -> Next {
        let tenant = lane.tenant
        PlatformMetrics.count(outcome, plugin: job.plugin)
        switch outcome {
        case .accepted(let providerID, let spelt):
            try await recordSent(providerID, tenant, job, contact, keys)
            if let spelt, !known.contains(spelt) {
                try await IdentityJoin(shard: shard, keys: keys).join(spelt, to: job.contact, plugin: job.plugin)
            }
            return .goOn
        case .retry(let fault):
            guard let delay = RetrySchedule.delivery.delay(afterAttempt: job.failures + 1, jitter: .random(in: 0..<1))
            else {
                return try await giveUp(fault, tenant, job)
            }
            try await postpone(fault, tenant, job, .nothing(isFailure: true))
            return .pause(delay)
        case .wait(let fault, let scope):
            let delay: Duration = scope == .channel ? .seconds(2) : .seconds(6)
            if scope == .channel {
                let until = Date(timeIntervalSinceNow: Double(delay.components.seconds))
                _ = try await shard.worker.transactionBatch(
                    settings: asTenant(tenant), [ChannelStore.hold(tenant, job.channel, until: until)])
            }
            try await postpone(fault, tenant, job, .nothing(isFailure: false))
            return .pause(delay)
        case .giveUp(let fault):
            return try await giveUp(fault, tenant, job)
        case .withdrawn(let fault, let purpose):
            try await shard.worker.transaction(settings: asTenant(tenant)) { tx in
                try await ConsentLedger.addWithdrawal(
                    keys, contact: job.contact, channel: job.channel, purpose: purpose, source: job.plugin, at: Date(),
                    tx)
                try await Self.end(tenant, job, fault, tx)
            }
            return .goOn
        case .stopChannel(let fault):
            let reason = "\(fault.code): \(fault.message)" + (fault.remedy.map { " — \($0)" } ?? "")
            _ = try await shard.worker.transactionBatch(
                settings: asTenant(tenant), [ChannelStore.setState(tenant, job.channel, .stopped(reason: reason))])
            logger.error("a channel was stopped", metadata: ["channel": "\(job.channel)", "fault": "\(fault.code)"])
            try await postpone(fault, tenant, job, .nothing(isFailure: false))
            return .pause(Self.holdPause)
        case .unclear(let fault):
            return try await recordUnclear(fault, tenant, job)
        }
    }

    /// A status may have been quicker than the answer, and one that named no message of ours waits for its id.
    private func recordSent(
        _ providerID: Personal<String>, _ tenant: TenantID, _ job: DeliveryJob, _ contact: OpenContact,
        _ keys: TenantKeys
    ) async throws {
        let index = keys.providerIndex(providerID.revealed, plugin: job.plugin)
        let sealed = try contact.seal(providerID: providerID.revealed, of: job.message)
        try await shard.worker.transaction(settings: asTenant(tenant)) { tx in
            let rows = try await tx.pipeline([
                QueueStore.lockLane(tenant, job), DeliveryStore.claimProviderID(tenant, index),
                DeliveryStore.sent(tenant, job.message, index: index, idSealed: sealed),
                DeliveryStore.adoptStatuses(tenant, job.message, index: index),
                QueueStore.complete(tenant, job),
            ])
            guard let now = try rows[2].first?.decode("state", as: MessageState.self) else { return }
            let adopted = try rows[3].map(AdoptedStatus.init)
            let next = adopted.reduce(now) { $0.advanced(by: $1.stage) }
            guard next != now else { return }
            let fault = next == .failed ? adopted.first { $0.stage == .failed }?.fault : nil
            _ = try await tx.query(DeliveryStore.advance(tenant, job.message, to: next, fault))
        }
    }

    static let unclearFault = ChannelFault(
        code: "unclear", message: "Whether the messenger took the message is not known, after several attempts.",
        remedy: "See with the person whether it arrived before sending it again.")

    private func recordUnclear(_ fault: ChannelFault, _ tenant: TenantID, _ job: DeliveryJob) async throws -> Next {
        guard job.unclear + 1 < Self.unclearLimit else {
            return try await giveUp(Self.unclearFault, tenant, job)
        }
        try await postpone(fault, tenant, job, .unclear)
        let rows = try await shard.worker.transactionBatch(
            settings: asTenant(tenant), [DeliveryStore.state(tenant, job.message)])
        // The status may have been quicker than the end of the request.
        let state = try rows[0].first?.decode("state", as: MessageState.self)
        return state == .sending ? .pause(Self.unclearWait) : .goOn
    }

    /// Run again after a deadlock: what the messenger answered must not be forgotten.
    private func postpone(
        _ fault: ChannelFault, _ tenant: TenantID, _ job: DeliveryJob, _ remains: QueueStore.Remains
    ) async throws {
        var writes = [QueueStore.lockLane(tenant, job), QueueStore.note(tenant, job, fault, remains)]
        // What the messenger may have stays `sending` until that is clear.
        if case .nothing = remains { writes.append(DeliveryStore.backToAccepted(tenant, job.message)) }
        let statements = writes
        try await shard.worker.transaction(settings: asTenant(tenant)) { tx in
            _ = try await tx.pipeline(statements, commit: true)
        }
    }

    private func giveUp(_ fault: ChannelFault, _ tenant: TenantID, _ job: DeliveryJob) async throws -> Next {
        try await shard.worker.transaction(settings: asTenant(tenant)) { tx in
            try await Self.end(tenant, job, fault, tx)
        }
        return .goOn
    }

    /// The message has failed and its job becomes a dead letter, unless a status told meanwhile that it arrived.
    static func end(
        _ tenant: TenantID, _ job: DeliveryJob, _ fault: ChannelFault, _ tx: PostgresTransaction
    ) async throws {
        let ended = try await tx.pipeline([
            QueueStore.lockLane(tenant, job),
            DeliveryStore.end(
                tenant, job.message, .failed, code: fault.code, message: fault.message, remedy: fault.remedy),
        ])[1]
        let last = ended.affectedRows == 1 ? QueueStore.bury(tenant, job, fault) : QueueStore.complete(tenant, job)
        _ = try await tx.pipeline([last], commit: true)
    }
}

/// A status that came before its message's id was known here.
private struct AdoptedStatus {
    let stage: StatusUpdate.Stage
    let fault: ChannelFault?

    init(_ row: PostgresRow) throws {
        let word = try row.decode("stage", as: String.self)
        stage = StatusUpdate.Stage(rawValue: word) ?? .deleted
        fault = try row.decode("fault_code", as: String?.self).map { code in
            ChannelFault(
                code: code, message: try row.decode("fault_message", as: String?.self) ?? "",
                remedy: try row.decode("fault_remedy"))
        }
    }
}
