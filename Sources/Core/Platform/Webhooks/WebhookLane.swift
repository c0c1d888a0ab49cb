import Crypto
import Logging
import Outbound
import PluginKit
import Postgres

import struct Foundation.Date

/// Tells an endpoint the events of one lane in order, as the tenant, while the lease is ours.
struct WebhookLane: Sendable {
    /// Longer than an attempt may take.
    static let lease = Duration.seconds(60)
    /// How long the endpoint has to answer (Standard Webhooks recommends 15 to 30 s).
    static let patience = Duration.seconds(15)
    /// How long a lane waits for its tenant, agreement or endpoint; whoever puts that right makes its lanes due at once.
    static let holdPause = Duration.seconds(300)
    /// How many events before the lane is given back, so that other lanes get their turn.
    static let turn = 20

    let shard: Shard
    let http: any OutboundHTTP
    let render: WebhookRendering
    let audit: AuditTrail
    let logger: Logger

    private enum Next {
        case goOn
        case pause(Duration)
        case lost
        case empty
    }

    private struct Delivery: Sendable {
        var request: OutboundRequest
        var endpoint: WebhookEndpointID
    }

    func run(_ lane: Lane) async {
        do {
            let keys = try await shard.keys.keys(of: lane.tenant)
            let started = ContinuousClock.now
            for _ in 0..<Self.turn {
                // The lease must outlast the attempt that begins now.
                guard ContinuousClock.now - started < Self.lease / 3 else { break }
                switch try await step(lane, keys) {
                case .goOn: continue
                case .pause(let time): return try await release(lane, after: time)
                case .empty: return try await release(lane, after: .zero)
                case .lost: return
                }
            }
            try await release(lane, after: .zero)
        } catch {
            // The lease ends by itself, and somebody tries again.
            logger.warning("a webhook lane could not be worked on", metadata: ["error": "\(error)"])
        }
    }

    private func release(_ lane: Lane, after time: Duration) async throws {
        _ = try await shard.worker.transactionBatch(
            settings: asTenant(lane.tenant), QueueStore.release(lane, after: time))
    }

    private func step(_ lane: Lane, _ keys: TenantKeys) async throws -> Next {
        let (job, delivery, next) = try await shard.worker.transaction(settings: asTenant(lane.tenant)) {
            tx -> (WebhookJob?, Delivery?, Next) in
            let rows = try await tx.pipeline([
                QueueStore.hold(lane), WebhookJob.first(of: lane), TenantStanding.query(lane.tenant),
            ])
            guard rows[0].first != nil else { return (nil, nil, .lost) }
            guard let row = rows[1].first, let standing = try rows[2].first.map(TenantStanding.init) else {
                return (nil, nil, .empty)
            }
            let job = try WebhookJob(row)
            switch ProcessingRule.verdict(.webhook, standing.state, standing.agreement, isMoving: standing.isMoving) {
            case .allowed: break
            case .held, .later: return (job, nil, .pause(Self.holdPause))
            case .refused, .discarded, .gone:
                try await end(job, lane, tx)
                return (job, nil, .goOn)
            }
            guard let event = job.about, !event.isPaused else {
                guard job.about == nil else { return (job, nil, .pause(Self.holdPause)) }
                try await end(job, lane, tx)
                return (job, nil, .goOn)
            }
            guard let fact = try await fact(event, keys, tx) else {
                // The person was erased, or is hidden again: there is nothing to tell.
                try await end(job, lane, tx)
                return (job, nil, .goOn)
            }
            let request = try request(event, job.event, fact, keys)
            try await enterReading(of: fact, by: event.endpoint, keys.tenant)
            return (job, Delivery(request: request, endpoint: event.endpoint), .goOn)
        }
        guard let job, let delivery else { return next }
        return try await tell(delivery, job, lane)
    }

    /// Content of special categories leaves a trace before it leaves the house, at every attempt, as it does when it is read
    /// (`ReadingService`; Art. 9, 5(2) GDPR). Everything else costs nothing.
    private func enterReading(of fact: WebhookFact, by endpoint: WebhookEndpointID, _ tenant: TenantID) async throws {
        guard case .message(let message) = fact, message.isSpecialCategory else { return }
        try await audit.enter(
            AuditRecord(
                "special_category.read", .init("message", message.id),
                Cause(Principal(.webhookEndpoint, id: endpoint.description)),
                after: [
                    "messages": [.string(message.id.description)],
                    "conversations": [.string(message.conversation.description)],
                ]), in: .tenant(tenant))
    }

    private func end(_ job: WebhookJob, _ lane: Lane, _ tx: PostgresTransaction) async throws {
        _ = try await tx.pipeline([
            QueueStore.complete(lane.tenant, job), WebhookStore.told(lane.tenant, job.event),
        ])
    }

    private func fact(_ event: WebhookJob.Event, _ keys: TenantKeys, _ tx: PostgresTransaction) async throws
        -> WebhookFact?
    {
        switch event.kind {
        case .messageReceived, .messageState:
            let rows = try await tx.query(ReadingStore.message(keys.tenant, MessageID(rawValue: event.subject)))
            guard var message = try rows.first.map({ try ReadingStore.message($0, keys) }) else { return nil }
            // What was told of is the state of then, however far it has come since.
            message.state = event.state ?? message.state
            return .message(message)
        case .consentChanged:
            guard let row = try await tx.query(WebhookStore.consent(keys.tenant, event: event.subject)).first else {
                return nil
            }
            let standing = ConsentStanding(
                state: try row.decode("state"), since: try row.decode("since"),
                expiresAt: try row.decode("expires_at"))
            let view = ConsentView(
                contact: try row.decode("contact_id"), channel: try row.decode("channel_id"),
                purpose: try row.decode("purpose"), standing: standing)
            return .consent(
                WebhookConsent(event: try row.decode("kind"), occurredAt: try row.decode("occurred_at"), view: view))
        }
    }

    /// As Standard Webhooks has it: what is signed is exactly what is sent.
    private func request(
        _ event: WebhookJob.Event, _ id: WebhookEventID, _ fact: WebhookFact, _ keys: TenantKeys
    ) throws -> OutboundRequest {
        let body = JSON.object(
            JSONObject([
                ("type", .string(event.kind.rawValue)), ("timestamp", .string(event.occurredAt.rfc3339)),
                ("data", render(fact)),
            ])
        ).encoded()
        let context = WebhookService.context(event.endpoint, keys.tenant)
        let time = Int(Date().timeIntervalSince1970)
        let signatures = try [event.secretSealed, event.previousSealed].compactMap { $0 }.map { sealed in
            let text = String(decoding: try keys.data.open(sealed, context), as: UTF8.self)
            guard let secret = WebhookSecret(text) else { throw SealError.malformed }
            return secret.signature(id: id.description, time: time, body: body)
        }
        return OutboundRequest(
            method: "POST", url: event.url,
            headers: [
                ("Content-Type", "application/json; charset=utf-8"), ("User-Agent", "Obhut"),
                ("webhook-id", id.description), ("webhook-timestamp", String(time)),
                ("webhook-signature", signatures.joined(separator: " ")),
            ], body: body, timeout: Self.patience, maxResponseBytes: 64 << 10)
    }

    private func tell(_ delivery: Delivery, _ job: WebhookJob, _ lane: Lane) async throws -> Next {
        let (answer, status) = await answer(to: delivery.request)
        let isTaken = status.map { (200..<300).contains($0) } ?? false
        PlatformMetrics.countWebhook(isTaken: isTaken)
        let tenant = lane.tenant
        let noted = WebhookStore.answered(tenant, delivery.endpoint, answer, isTaken: isTaken)
        if isTaken {
            try await write([QueueStore.complete(tenant, job), WebhookStore.told(tenant, job.event), noted], lane)
            return .goOn
        }
        let fault = ChannelFault(code: status.map(String.init) ?? "unreachable", message: answer)
        guard let delay = RetrySchedule.delivery.delay(afterAttempt: job.failures + 1, jitter: .random(in: 0..<1))
        else {
            try await write([QueueStore.bury(tenant, job, fault), noted], lane)
            return .goOn
        }
        var writes = [QueueStore.note(tenant, job, fault, .nothing(isFailure: true)), noted]
        if status == 410 { writes.append(WebhookStore.pause(tenant, delivery.endpoint)) }
        try await write(writes, lane)
        return .pause(delay)
    }

    /// - Returns: what is shown of the answer, and its status if there was one.
    private func answer(to request: OutboundRequest) async -> (text: String, status: Int?) {
        do throws(OutboundError) {
            let status = try await http.send(request).status
            return (String(status), status)
        } catch {
            return (error.detail.isEmpty ? error.kind.rawValue : "\(error.kind.rawValue): \(error.detail)", nil)
        }
    }

    private func write(_ statements: [PostgresQuery], _ lane: Lane) async throws {
        try await shard.worker.transaction(settings: asTenant(lane.tenant)) { tx in
            guard try await tx.query(QueueStore.hold(lane)).first != nil else { return }
            _ = try await tx.pipeline(statements, commit: true)
        }
    }
}
