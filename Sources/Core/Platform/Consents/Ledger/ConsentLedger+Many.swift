import PluginKit
import Postgres

import struct Foundation.Date

extension ConsentLedger {
    /// A fact about somebody, one of many.
    struct NewEvent: Sendable {
        var id: ConsentEventID
        /// As it means today.
        var contact: ContactID
        var draft: ConsentEventDraft
    }

    struct Subject: Hashable {
        var contact: ContactID
        var purpose: String
    }

    /// Adds many facts of one channel, and derives what follows from each, holding everybody whom they are about until commit. As
    /// `add`, in few round trips.
    /// - Returns: what follows, by contact and purpose, in the order of the events.
    /// - Throws: `PersonMoved` when somebody was merged into another contact meanwhile.
    @discardableResult
    static func add(
        _ keys: TenantKeys, _ events: [NewEvent], channel: ChannelID, source: String, by caller: APIKeyID?,
        _ tx: PostgresTransaction
    ) async throws -> [(event: NewEvent, standing: ConsentStanding)] {
        let contacts = Set(events.map(\.contact)).sorted { $0.description < $1.description }
        // In one order, so that two who add about the same people wait for each other and never in a ring.
        let held = try await tx.query(
            PostgresQuery(
                "consents.hold-many",
                """
                SELECT contact_id FROM contacts
                WHERE tenant_id = $1 AND contact_id = ANY ($2) AND merged_into IS NULL
                ORDER BY contact_id
                FOR UPDATE
                """, [keys.tenant, contacts]))
        guard held.count == contacts.count else { throw PersonMoved() }
        let superseded = try await superseded(keys.tenant, contacts, channel, tx)
        _ = try await tx.pipeline(
            try superseded.map { try record(keys, $0, channel) }
                + events.map { event in
                    try record(
                        keys, event.id, contact: event.contact, channel: channel, source: source, setup: nil,
                        event.draft,
                        by: caller)
                })
        let facts = try await facts(keys.tenant, contacts, channel, tx)
        var standings: [Subject: ConsentStanding] = [:]
        for event in superseded + events {
            // What ends everything is a fact of every purpose.
            let isAll = event.draft.purpose == everyPurpose
            let purposes = isAll ? facts.keys.filter { $0.contact == event.contact }.map(\.purpose) : []
            for purpose in Set(purposes + [event.draft.purpose]) {
                let subject = Subject(contact: event.contact, purpose: purpose)
                standings[subject] = derive(subject, from: facts)
            }
        }
        let derived = Array(standings)
        let stored = try await tx.pipeline(
            derived.map { subject, standing in
                store(keys.tenant, contact: subject.contact, channel: channel, purpose: subject.purpose, standing)
            })
        for (subject, rows) in zip(derived.map(\.key), stored) {
            standings[subject] = standings[subject]?.under(termsOf: try rows[0].decode("renewed_at"))
        }
        let followed = events.map { event in
            (event: event, standing: standings[Subject(contact: event.contact, purpose: event.draft.purpose)] ?? .none)
        }
        let waiting = try await AdmissionChange.waiting(keys.tenant, contacts, channel, tx)
        for (event, standing) in followed where event.draft.kind.endsAtOnce || waiting.contains(event.contact) {
            try await AdmissionChange(tenant: keys.tenant, contact: event.contact, channel: channel, tx: tx)
                .follow(event.draft, standing)
        }
        return followed
    }

    static func derive(_ subject: Subject, from facts: [Subject: [ConsentFact]]) -> ConsentStanding {
        let every = Subject(contact: subject.contact, purpose: everyPurpose)
        let known = (facts[subject] ?? []) + (subject == every ? [] : facts[every] ?? [])
        // The database's clock dates the records; one that is ahead of ours must not make them things of the future.
        return ConsentState.derive(from: known, at: known.map(\.recordedAt).reduce(Date(), max))
    }

    static func facts(
        _ tenant: TenantID, _ contacts: [ContactID], _ channel: ChannelID, _ tx: PostgresTransaction
    ) async throws -> [Subject: [ConsentFact]] {
        let rows = try await tx.query(
            PostgresQuery(
                "consents.facts-of-many",
                """
                SELECT coalesce(c.merged_into, c.contact_id) AS contact_id, e.purpose, \(factColumns)
                FROM contacts c
                JOIN consent_events e ON e.tenant_id = c.tenant_id AND e.contact_id = c.contact_id
                WHERE c.tenant_id = $1 AND (c.contact_id = ANY ($2) OR c.merged_into = ANY ($2)) AND e.channel_id = $3
                """, [tenant, contacts, channel]))
        var facts: [Subject: [ConsentFact]] = [:]
        for row in rows {
            let subject = Subject(contact: try row.decode("contact_id"), purpose: try row.decode("purpose"))
            facts[subject, default: []].append(try ConsentFact(row))
        }
        return facts
    }
}

extension ConsentFact {
    /// What a declaration that is not recorded yet says.
    init(declared draft: ConsentEventDraft, at now: Date) {
        self.init(
            kind: draft.kind, occurredAt: draft.occurredAt, recordedAt: now, expiresAt: draft.expiresAt,
            grounds: ConsentGrounds(evidence: draft.evidence, isWitnessed: false),
            hasReference: ConsentGrounds.hasReference(draft.evidence))
    }

    /// Reads `ConsentLedger.factColumns`.
    init(_ row: PostgresRow) throws {
        self.init(
            kind: try row.decode("kind"), occurredAt: try row.decode("occurred_at"),
            recordedAt: try row.decode("recorded_at"), expiresAt: try row.decode("expires_at"),
            grounds: try ConsentGrounds(row), isOwn: try row.decode("is_own"),
            hasReference: try row.decode("has_reference", as: Bool?.self) ?? false)
    }
}
