import Logging
import Outbound
import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// Delivers the jobs of one lane in order, as the tenant, while the lease is ours.
struct DeliveryLane: Sendable {
    /// How long a lane is held. A process that dies gives its lanes back after that.
    static let lease = Duration.seconds(30)
    /// How long to wait for a status that names our message before an unclear send is tried again. Messengers repeat a status that found
    /// nobody home with growing gaps, so the wait begins anew when this process began.
    static let unclearWait = Duration.seconds(45)
    /// How many jobs before the lane is given back, so that other lanes get their turn.
    static let turn = 20

    let shard: Shard
    let plugins: PluginRegistry
    let http: any OutboundHTTP
    let rates: ChannelRates
    let owner: UUID
    let startedAt: Date
    let logger: Logger

    /// What to do after a job.
    private enum Next {
        case goOn
        case pause(Duration)
        case lost
    }

    private enum Prepared {
        case deliver(OutboundMessage, ChannelConnection, any ChannelPlugin, OpenContact)
        case settled(Next)
    }

    func run(_ lane: Lane) async {
        do {
            let keys = try await shard.keys.keys(of: lane.tenant)
            let started = ContinuousClock.now
            for _ in 0..<Self.turn {
                // The lease must outlast the delivery that begins now.
                guard ContinuousClock.now - started < Self.lease / 3 else { break }
                guard let next = try await step(lane, keys) else { return try await release(lane, after: .zero) }
                switch next {
                case .goOn: continue
                case .pause(let time): return try await release(lane, after: time)
                case .lost: return
                }
            }
            try await release(lane, after: .zero)
        } catch {
            // The lease ends by itself, and somebody tries again.
            logger.warning("a lane could not be worked on", metadata: ["error": "\(error)"])
        }
    }

    private func release(_ lane: Lane, after time: Duration) async throws {
        _ = try await shard.worker.transactionBatch(
            settings: asTenant(lane.tenant), QueueStore.release(lane, owner: owner, after: time))
    }

    /// - Returns: nil when the lane is empty.
    private func step(_ lane: Lane, _ keys: TenantKeys) async throws -> Next? {
        let (job, prepared) = try await shard.worker.transaction(settings: asTenant(lane.tenant)) {
            tx -> (DeliveryJob?, Prepared) in
            let rows = try await tx.pipeline([
                QueueStore.hold(lane, owner: owner), DeliveryJob.first(of: lane), TenantStanding.query(lane.tenant),
            ])
            guard rows[0].first != nil else { return (nil, .settled(.lost)) }
            guard let row = rows[1].first, let standing = try rows[2].first.map(TenantStanding.init) else {
                return (nil, .settled(.goOn))
            }
            let job = try DeliveryJob(row)
            return (job, try await prepare(lane, job, standing, keys, tx))
        }
        switch prepared {
        case .settled(.lost): return .lost
        case .settled(let next): return job == nil ? nil : next
        case .deliver(let message, let connection, let plugin, let contact):
            guard let job else { return nil }
            await rates.waitForTurn(channel: job.channel)
            let outcome = await plugin.deliver(message, through: connection)
            return try await record(outcome, lane, job, contact, keys)
        }
    }

    // MARK: - Before delivery

    private func prepare(
        _ lane: Lane, _ job: DeliveryJob, _ standing: TenantStanding, _ keys: TenantKeys, _ tx: PostgresTransaction
    ) async throws -> Prepared {
        let tenant = lane.tenant
        let now = Date()
        switch job.state {
        case .accepted: break
        case .sending:
            // Tried before, and nobody knows with what result: a status that names our message will tell, or time will.
            if let at = job.attemptedAt {
                let left = max(at, startedAt).timeIntervalSince(now) + Double(Self.unclearWait.components.seconds)
                if left > 0 { return .settled(.pause(.milliseconds(Int64(left * 1000) + 50))) }
            }
        case .sent, .delivered, .read, .failed, .refused:
            _ = try await tx.pipeline(QueueStore.complete(lane, job.id), commit: true)
            return .settled(.goOn)
        }
        if let until = job.heldUntil, until > now {
            return .settled(.pause(.milliseconds(Int64(until.timeIntervalSince(now) * 1000) + 50)))
        }
        let channel = job.channelState
        if case .stopped = channel { return .settled(.pause(.seconds(60))) }
        guard let sealed = job.keySealed, !job.contactErased else {
            return .settled(try await refuse(lane, job, Refusal(.contactErased), tx))
        }
        let contact = try OpenContact(id: job.sealedFor, keyID: job.keyID, keySealed: sealed, keys: keys)
        let content = try contact.open(content: job.contentSealed, of: job.message)
        let question = GateQuestion(
            now: now, standing: standing, channel: channel, contactErased: job.contactErased, purpose: job.purpose,
            consent: job.consent, content: content, windowClosesAt: job.windowClosesAt)
        if case .refused(let refusal) = Gate.decide(question) {
            return .settled(try await refuse(lane, job, refusal, tx))
        }
        guard let plugin = plugins.channels[job.plugin] else {
            return .settled(.pause(.seconds(60)))
        }
        let configuration = try SealedConfiguration.open(
            job.configurationSealed, keys.data, ChannelStore.sealContext(job.channel, tenant), plugin.channelSchema)
        let rows = try await tx.pipeline(
            [
                DeliveryStore.recipient(tenant, job.contact, plugin: job.plugin),
                DeliveryStore.sending(tenant, job.message),
                QueueStore.attempt(lane, job.id),
            ], commit: true)
        let identities = try Self.identities(rows[0], keys)
        let message = OutboundMessage(reference: job.message.description, recipient: identities, content: content)
        return .deliver(
            message, ChannelConnection(address: job.address, configuration: configuration, http: http), plugin, contact)
    }

    private static func identities(_ rows: PostgresRows, _ keys: TenantKeys) throws -> [Identity] {
        let identities = try rows.map { row in
            let contact = try OpenContact(
                id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: row.decode("key_sealed"),
                keys: keys)
            let address = try contact.open(address: row.decode("address_sealed"), of: row.decode("identity_id"))
            return Identity(Identity.Kind(rawValue: try row.decode("kind")), address)
        }
        return identities
    }

    private func refuse(_ lane: Lane, _ job: DeliveryJob, _ refusal: Refusal, _ tx: PostgresTransaction) async throws
        -> Next
    {
        let end = DeliveryStore.end(
            lane.tenant, job.message, .refused, code: refusal.code.rawValue, message: refusal.sentence,
            remedy: refusal.remedy)
        _ = try await tx.pipeline([end] + QueueStore.complete(lane, job.id), commit: true)
        return .goOn
    }

    // MARK: - After delivery

    private func record(
        _ outcome: DeliveryOutcome, _ lane: Lane, _ job: DeliveryJob, _ contact: OpenContact, _ keys: TenantKeys
    ) async throws -> Next {
        let tenant = lane.tenant
        PlatformMetrics.count(outcome, plugin: job.plugin)
        switch outcome {
        case .accepted(let providerID, _):
            let index = keys.providerIndex(providerID.revealed, plugin: job.plugin)
            let sealed = try contact.seal(providerID: providerID.revealed, of: job.message)
            try await shard.worker.transaction(settings: asTenant(tenant)) { tx in
                let rows = try await tx.pipeline(
                    [
                        DeliveryStore.sent(tenant, job.message, index: index, idSealed: sealed),
                        DeliveryStore.adoptStatuses(tenant, job.message, index: index),
                    ] + QueueStore.complete(lane, job.id))
                let stages = try rows[1].compactMap { StatusUpdate.Stage(rawValue: try $0.decode("stage")) }
                let state = stages.reduce(MessageState.sent) { $0.advanced(by: $1) }
                if state != .sent { _ = try await tx.query(DeliveryStore.advance(tenant, job.message, to: state)) }
            }
            return .goOn
        case .retry(let fault):
            let attempt = job.attempts + 1
            guard let delay = RetrySchedule.delivery.delay(afterAttempt: attempt, jitter: .random(in: 0..<1)) else {
                return try await giveUp(fault, lane, job)
            }
            try await postpone(fault, lane, job, tried: false)
            return .pause(delay)
        case .wait(let fault, let scope):
            let delay: Duration = scope == .channel ? .seconds(2) : .seconds(6)
            if scope == .channel {
                let until = Date(timeIntervalSinceNow: Double(delay.components.seconds))
                _ = try await shard.worker.transactionBatch(
                    settings: asTenant(tenant), [ChannelStore.hold(tenant, job.channel, until: until)])
            }
            try await postpone(fault, lane, job, tried: false)
            return .pause(delay)
        case .giveUp(let fault):
            return try await giveUp(fault, lane, job)
        case .stopChannel(let fault):
            let reason = "\(fault.code): \(fault.message)" + (fault.remedy.map { " — \($0)" } ?? "")
            _ = try await shard.worker.transactionBatch(
                settings: asTenant(tenant), [ChannelStore.setState(tenant, job.channel, .stopped(reason: reason))])
            logger.error("a channel was stopped", metadata: ["channel": "\(job.channel)", "fault": "\(fault.code)"])
            try await postpone(fault, lane, job, tried: false)
            return .pause(.seconds(60))
        case .unclear(let fault):
            try await postpone(fault, lane, job, tried: true)
            let rows = try await shard.worker.transactionBatch(
                settings: asTenant(tenant), [DeliveryStore.state(tenant, job.message)])
            // The status may have been quicker than the end of the request.
            let state = try rows[0].first?.decode("state", as: MessageState.self)
            return state == .sending ? .pause(Self.unclearWait) : .goOn
        }
    }

    /// - Parameter tried: the messenger may have the message; it stays `sending` until that is clear.
    private func postpone(_ fault: ChannelFault, _ lane: Lane, _ job: DeliveryJob, tried: Bool) async throws {
        let note = QueueStore.fault(lane, job.id, code: fault.code, message: fault.message, attempted: tried)
        let state = tried ? [] : [DeliveryStore.backToAccepted(lane.tenant, job.message)]
        _ = try await shard.worker.transactionBatch(settings: asTenant(lane.tenant), [note] + state)
    }

    private func giveUp(_ fault: ChannelFault, _ lane: Lane, _ job: DeliveryJob) async throws -> Next {
        let end = DeliveryStore.end(
            lane.tenant, job.message, .failed, code: fault.code, message: fault.message, remedy: fault.remedy)
        _ = try await shard.worker.transactionBatch(
            settings: asTenant(lane.tenant),
            [end] + QueueStore.bury(lane, job.id, code: fault.code, message: fault.message))
        return .goOn
    }
}
