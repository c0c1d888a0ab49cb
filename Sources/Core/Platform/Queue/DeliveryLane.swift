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
    /// After how many unclear attempts a message is set aside instead: each may have reached the person.
    static let unclearLimit = 3
    /// How long a lane waits for its tenant, agreement or channel to be put right; whoever does that makes its lanes due at once.
    static let holdPause = Duration.seconds(300)
    /// How many jobs before the lane is given back, so that other lanes get their turn.
    static let turn = 20

    let shard: Shard
    let plugins: PluginRegistry
    let flows: FlowKeys
    let http: any OutboundHTTP
    let rates: ChannelRates
    let startedAt: Date
    let logger: Logger

    typealias Next = LaneTurn.Next

    private enum Prepared {
        case deliver(OutboundMessage, ChannelConnection, any ChannelPlugin, OpenContact, GateQuestion)
        case settled(Next)
    }

    func run(_ lane: Lane) async {
        await LaneTurn(shard: shard, lease: Self.lease, jobs: Self.turn, logger: logger).run(lane) { keys in
            try await step(lane, keys)
        }
    }

    /// - Returns: nil when the lane is empty.
    private func step(_ lane: Lane, _ keys: TenantKeys) async throws -> Next? {
        let (job, prepared) = try await shard.worker.transaction(settings: asTenant(lane.tenant)) {
            tx -> (DeliveryJob?, Prepared) in
            let rows = try await tx.pipeline([
                QueueStore.hold(lane), DeliveryJob.first(of: lane), TenantStanding.query(lane.tenant),
            ])
            guard rows[0].first != nil else { return (nil, .settled(.lost)) }
            guard let row = rows[1].first, let standing = try rows[2].first.map(TenantStanding.init) else {
                return (nil, .settled(.goOn))
            }
            // The lane is left as it is, and goes on where the tenant is going.
            if standing.isMoving { return (nil, .settled(.pause(.zero))) }
            let job = try DeliveryJob(row)
            return (job, try await prepare(lane, job, standing, keys, tx))
        }
        switch prepared {
        case .settled(.lost): return .lost
        case .settled(let next): return job == nil ? nil : next
        case .deliver(let message, let connection, let plugin, let contact, let question):
            guard let job else { return nil }
            await rates.waitForTurn(channel: job.channel)
            let passage = try await DeliveryFence(shard: shard).deliver(
                message, job, question, of: lane.tenant, through: connection, by: plugin)
            switch passage {
            case .delivered(let outcome):
                return try await record(outcome, lane, job, contact, keys, known: message.recipient)
            case .refused(let refusal):
                return try await shard.worker.transaction(settings: asTenant(lane.tenant)) { tx in
                    _ = try await tx.query(QueueStore.lockLane(lane.tenant, job))
                    return try await refuse(lane, job, refusal, tx)
                }
            }
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
            if job.unclear >= Self.unclearLimit {
                try await Self.end(tenant, job, Self.unclearFault, tx)
                return .settled(.goOn)
            }
        case .sent, .delivered, .read, .failed, .refused:
            _ = try await tx.pipeline([QueueStore.complete(tenant, job)], commit: true)
            return .settled(.goOn)
        }
        if let until = job.heldUntil, until > now {
            return .settled(.pause(.milliseconds(Int64(until.timeIntervalSince(now) * 1000) + 50)))
        }
        guard !job.contactErased, let keySealed = job.keySealed else {
            return .settled(try await refuse(lane, job, Refusal(.contactErased), tx))
        }
        let (contact, content): (OpenContact, MessageContent)
        do throws(SealError) {
            contact = try OpenContact(id: job.sealedFor, keyID: job.keyID, keySealed: keySealed, keys: keys)
            content = try contact.open(content: job.contentSealed, of: job.message)
        } catch {
            logger.error(
                "a queued message cannot be opened", metadata: ["message": "\(job.message)", "error": "\(error)"])
            let fault = ChannelFault(
                code: "unreadable", message: "The stored message cannot be opened.", remedy: "Ops: see the log.")
            try await Self.end(tenant, job, fault, tx)
            return .settled(.goOn)
        }
        let question = question(job, content, standing, now)
        if case .refused(let refusal) = Gate.decide(question) {
            if refusal.code.holdsQueue { return .settled(.pause(Self.holdPause)) }
            return .settled(try await refuse(lane, job, refusal, tx))
        }
        return try await depart(job, contact, content, question, tenant, keys, tx)
    }

    private func question(
        _ job: DeliveryJob, _ content: MessageContent, _ standing: TenantStanding, _ now: Date
    ) -> GateQuestion {
        GateQuestion(
            now: now, standing: standing, region: shard.regionKeys.at(now), channel: job.channelState,
            flows: flows.of(job.plugin), contactErased: job.contactErased,
            contactRestricted: job.contactRestricted, purpose: job.purpose,
            isSpecialCategory: job.isSpecialCategory, isAdvertising: job.isAdvertising, consent: job.consent,
            content: GateQuestion.Content(content), windowClosesAt: job.windowClosesAt, dialogue: job.dialogue)
    }

    /// Marks the message as on its way, and commits.
    private func depart(
        _ job: DeliveryJob, _ contact: OpenContact, _ content: MessageContent, _ question: GateQuestion,
        _ tenant: TenantID, _ keys: TenantKeys, _ tx: PostgresTransaction
    ) async throws -> Prepared {
        guard let plugin = plugins.channels[job.plugin] else {
            return .settled(.pause(Self.holdPause))
        }
        let configuration = try SealedConfiguration.open(
            job.configurationSealed, keys.data, ChannelStore.sealContext(job.channel, tenant), plugin.channelSchema)
        let rows = try await tx.pipeline(
            [
                DeliveryStore.recipient(tenant, job.contact, plugin: job.plugin),
                DeliveryStore.sending(tenant, job.message),
                QueueStore.attempt(tenant, job),
            ], commit: true)
        // A status came between: the messenger had it after all.
        guard rows[1].affectedRows == 1 else { return .settled(.goOn) }
        let identities = try Self.identities(rows[0], keys)
        let message = OutboundMessage(reference: job.message.description, recipient: identities, content: content)
        return .deliver(
            message, ChannelConnection(address: job.address, configuration: configuration, http: http), plugin, contact,
            question)
    }

    private static func identities(_ rows: PostgresRows, _ keys: TenantKeys) throws -> [Identity] {
        try rows.map { row in
            let contact = try OpenContact(
                id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: row.decode("key_sealed"),
                keys: keys)
            let address = try contact.open(address: row.decode("address_sealed"), of: row.decode("identity_id"))
            return Identity(Identity.Kind(rawValue: try row.decode("kind")), address)
        }
    }

    private func refuse(_ lane: Lane, _ job: DeliveryJob, _ refusal: Refusal, _ tx: PostgresTransaction) async throws
        -> Next
    {
        let end = DeliveryStore.end(
            lane.tenant, job.message, .refused, code: refusal.code.rawValue, message: refusal.sentence,
            remedy: refusal.remedy)
        _ = try await tx.pipeline([end, QueueStore.complete(lane.tenant, job)], commit: true)
        return .goOn
    }
}
