import Outbound
import PluginKit
import Postgres

import struct Foundation.Date

/// Where a delivery and a withdrawal meet: whichever has the person's row first goes first.
///
/// A message is marked `sending` in a transaction of its own, as a crash after that must leave the mark; then it may wait for the
/// number's rate. So the gate is asked once more here, while the row of the person is held, and let go when the request to the messenger
/// has begun. Whoever records a withdrawal holds the same row (`ConsentLedger.add`): when that is answered, every delivery has either begun
/// before, or finds the withdrawal here (GDPR Art. 7(3): it takes effect at once).
struct DeliveryFence: Sendable {
    let shard: Shard

    enum Passage: Sendable {
        case delivered(DeliveryOutcome)
        /// Nothing has begun.
        case refused(Refusal)
    }

    /// - Parameter question: as it was answered when the message was marked; person and consent are looked at anew.
    /// - Throws: only when nothing has begun.
    func deliver(
        _ message: OutboundMessage, _ job: DeliveryJob, _ question: GateQuestion, of tenant: TenantID,
        through connection: ChannelConnection, by plugin: any ChannelPlugin
    ) async throws -> Passage {
        let (permits, permit) = AsyncStream<Void>.makeStream()
        let (departures, departure) = AsyncStream<Void>.makeStream()
        async let outcome: DeliveryOutcome? = {
            var isPermitted = false
            for await _ in permits { isPermitted = true }
            // A plugin that asked nobody has nothing on its way.
            defer { departure.finish() }
            guard isPermitted else { return nil }
            var connection = connection
            connection.http = DepartingHTTP(http: connection.http, departure: departure)
            return await plugin.deliver(message, through: connection)
        }()
        do {
            let refusal = try await shard.worker.transaction(settings: asTenant(tenant), retries: 0) { tx -> Refusal? in
                let decision = Gate.decide(try await askAgain(question, job, tenant, tx))
                if case .refused(let refusal) = decision { return refusal }
                permit.yield()
                permit.finish()
                for await _ in departures {}
                return nil
            }
            permit.finish()
            if let refusal { return .refused(refusal) }
        } catch {
            permit.finish()
            // What has begun counts, whatever became of the look.
            if let outcome = await outcome { return .delivered(outcome) }
            throw error
        }
        guard let outcome = await outcome else { return .refused(Refusal(.consentMissing)) }
        return .delivered(outcome)
    }

    private func askAgain(
        _ question: GateQuestion, _ job: DeliveryJob, _ tenant: TenantID, _ tx: PostgresTransaction
    ) async throws -> GateQuestion {
        var question = question
        let person = try await hold(job.contact, tenant, tx)
        question.now = Date()
        question.contactErased = person.isErased
        question.contactRestricted = person.isRestricted
        if job.purpose == ReservedPurpose.dialogue {
            question.dialogue = try await dialogue(with: person.id, job, tenant, tx)
        } else {
            question.setConsent(try await consent(of: person.id, job, tenant, tx))
        }
        return question
    }

    private struct Person {
        var id: ContactID
        var isErased: Bool
        var isRestricted: Bool
    }

    /// A person who was merged at this moment is looked for again: then their consents are the other contact's.
    private func hold(_ named: ContactID, _ tenant: TenantID, _ tx: PostgresTransaction) async throws -> Person {
        var contact = named
        while true {
            let rows = try await tx.query(
                PostgresQuery(
                    "delivery.hold-person",
                    """
                    SELECT merged_into, erased_at IS NOT NULL AS is_erased, restricted_at IS NOT NULL AS is_restricted
                    FROM contacts
                    WHERE tenant_id = $1 AND contact_id = $2
                    FOR SHARE
                    """, [tenant, contact]))
            guard let row = rows.first else { throw PlatformError.notFound("contact") }
            guard let survivor = try row.decode("merged_into", as: ContactID?.self) else {
                return Person(
                    id: contact, isErased: try row.decode("is_erased"), isRestricted: try row.decode("is_restricted"))
            }
            contact = survivor
        }
    }

    /// A statement of its own, after the lock: what was recorded while this waited for it is seen.
    private func consent(
        of contact: ContactID, _ job: DeliveryJob, _ tenant: TenantID, _ tx: PostgresTransaction
    ) async throws -> ConsentStanding {
        let rows = try await tx.query(
            PostgresQuery(
                "delivery.consent",
                """
                SELECT state, since, expires_at, proof, is_explicit, age_confirmed
                FROM effective_consents
                WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3 AND purpose = $4
                """, [tenant, contact, job.channel, job.purpose]))
        guard let row = rows.first else { return .none }
        return try ConsentStanding(row)
    }

    private func dialogue(
        with contact: ContactID, _ job: DeliveryJob, _ tenant: TenantID, _ tx: PostgresTransaction
    ) async throws -> DialoguePermission? {
        let rows = try await tx.query(
            PostgresQuery(
                "delivery.dialogue",
                """
                SELECT status, closing_message FROM dialogues
                WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3
                """, [tenant, contact, job.channel]))
        return try rows.first.map { row in
            let closing = try row.decode("closing_message", as: MessageID?.self)
            return DialoguePermission(try row.decode("status"), isConfirmation: closing == job.message)
        }
    }
}

/// Says when the first request leaves.
private struct DepartingHTTP: OutboundHTTP {
    let http: any OutboundHTTP
    let departure: AsyncStream<Void>.Continuation

    func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        departure.finish()
        return try await http.send(request)
    }
}
