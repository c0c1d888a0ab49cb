import PluginKit
import Postgres

import struct Foundation.Date
import struct Foundation.UUID

/// The SQL of consents: facts that are only added, and the state that follows from them.
enum ConsentLedger {
    /// The purpose of a withdrawal that ends every consent of a person on a channel, those to be learnt of later too.
    static let everyPurpose = "all"
    /// As events name it that time or the tenant's terms bring.
    static let ownSource = "obhut"
    /// The version of the rules of `ConsentState.derive`; one more whenever the same facts give something else than before.
    static let rules = 2
    /// What a `ConsentFact` is read from, of `consent_events e`. What nobody declared, the person did before us.
    static let factColumns = """
        e.kind, e.occurred_at, e.recorded_at, e.expires_at, e.proof, e.is_explicit, e.age_confirmed, e.has_reference,
        e.recorded_by IS NULL AS is_own
        """
    /// How long evidence is kept at least, in years, as SQL that has the tenant as `$1`: what the tenant's terms say. A claim that a message
    /// was sent without consent can be made for so long after the consent and after each use of it (UWG § 7a; elsewhere good practice).
    static let evidenceYears = """
        coalesce((SELECT (p.profile ->> 'evidence_years')::bigint FROM consent_profiles p WHERE p.tenant_id = $1
                  ORDER BY p.version DESC LIMIT 1), \(ConsentRules.standard.evidenceYears))
        """

    /// Adds a fact and derives the state anew, holding the contact until commit: two facts about one person must each be derived from both.
    ///
    /// Before this transaction commits, no delivery to the person begins that has not begun already (`DeliveryFence`).
    /// - Parameters:
    ///   - setup: the set-up of the consent source, when it was one.
    ///   - releases: whether what is in quarantine follows the fact by itself; false for a dialogue, which sees to that.
    /// - Returns: the contact that the fact is about today, and the state that follows.
    static func add(
        _ keys: TenantKeys, _ id: ConsentEventID, contact named: ContactID, channel: ChannelID, source: String,
        setup: UUID? = nil, _ draft: ConsentEventDraft, by caller: APIKeyID?,
        releases: Bool = true, _ tx: PostgresTransaction
    ) async throws -> (contact: ContactID, standing: ConsentStanding) {
        let contact = try await ContactStore.lock(keys.tenant, named, tx)
        let standing = try await addHeld(
            keys, id, contact: contact, channel: channel, source: source, setup: setup, draft, by: caller,
            releases: releases, tx)
        return (contact, standing)
    }

    /// The same for a contact that the transaction holds already.
    static func addHeld(
        _ keys: TenantKeys, _ id: ConsentEventID, contact: ContactID, channel: ChannelID, source: String,
        setup: UUID? = nil, _ draft: ConsentEventDraft, by caller: APIKeyID?,
        releases: Bool = true, _ tx: PostgresTransaction
    ) async throws -> ConsentStanding {
        try await supersede(keys, contact: contact, channel: channel, tx)
        _ = try await tx.query(
            record(
                keys, id, contact: contact, channel: channel, source: source, setup: setup, draft, by: caller))
        let standing = try await deriveAndStore(
            keys.tenant, contact: contact, channel: channel, purpose: draft.purpose, tx)
        if draft.purpose == everyPurpose {
            for purpose in try await purposes(keys.tenant, contact: contact, channel: channel, tx) {
                _ = try await deriveAndStore(keys.tenant, contact: contact, channel: channel, purpose: purpose, tx)
            }
        }
        if releases {
            try await AdmissionChange(tenant: keys.tenant, contact: contact, channel: channel, tx: tx)
                .follow(draft, standing)
        }
        return standing
    }

    /// A person stopped a purpose at the messenger itself (GDPR Art. 7(3): in whatever way they say it).
    static func addWithdrawal(
        _ keys: TenantKeys, contact: ContactID, channel: ChannelID, purpose: String, source: String, at time: Date,
        _ tx: PostgresTransaction
    ) async throws {
        // A messenger knows one kind of advertising, a tenant may have several.
        let others =
            purpose == MessagePurpose.marketing
            ? try await advertising(keys.tenant, contact: contact, channel: channel, tx) : []
        for purpose in [purpose] + others {
            let draft = ConsentEventDraft(
                kind: .withdrawn, purpose: purpose, occurredAt: time, evidence: ["method": "stopped_at_messenger"])
            _ = try await add(keys, .generate(), contact: contact, channel: channel, source: source, draft, by: nil, tx)
        }
    }

    /// The purposes of advertising, beside `marketing`, to which a person has agreed on a channel.
    private static func advertising(
        _ tenant: TenantID, contact: ContactID, channel: ChannelID, _ tx: PostgresTransaction
    ) async throws -> [String] {
        let contact = try await ContactStore.lock(tenant, contact, tx)
        return try await tx.query(
            PostgresQuery(
                "consents.advertising",
                """
                SELECT purpose FROM consents
                WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3 AND purpose <> 'marketing'
                  AND state IN ('granted', 'confirmed') AND is_advertising(tenant_id, purpose)
                ORDER BY purpose
                """, [tenant, contact, channel])
        ).map { try $0.decode("purpose") }
    }

    static func record(
        _ keys: TenantKeys, _ id: ConsentEventID, contact: ContactID, channel: ChannelID, source: String, setup: UUID?,
        _ draft: ConsentEventDraft, by caller: APIKeyID?
    ) throws -> PostgresQuery {
        let sealed = try keys.data.seal(draft.evidence.encoded(), evidenceContext(id, keys.tenant))
        // What is no agreement stands on nothing.
        let agrees = draft.kind == .granted || draft.kind == .confirmed
        let grounds = agrees ? ConsentGrounds(evidence: draft.evidence, isWitnessed: setup != nil) : nil
        return PostgresQuery(
            "consents.record",
            """
            INSERT INTO consent_events (tenant_id, consent_event_id, contact_id, channel_id, purpose, kind, source, source_id,
                                        evidence_sealed, occurred_at, expires_at, recorded_by, evidence_until, proof, is_explicit,
                                        age_confirmed, has_reference)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
                    now() + \(evidenceYears) * interval '1 year', $13, $14, $15, $16)
            """,
            [
                keys.tenant, id, contact, channel, draft.purpose, draft.kind, source, setup, sealed, draft.occurredAt,
                draft.expiresAt, caller, grounds?.proof, grounds?.isExplicit ?? false, grounds?.age,
                agrees ? ConsentGrounds.hasReference(draft.evidence) : nil,
            ])
    }

    static func evidenceContext(_ id: ConsentEventID, _ tenant: TenantID) -> SealContext {
        SealContext(table: "consent_events", column: "evidence_sealed", row: id, tenant: tenant)
    }

    /// - Returns: what holds: under the terms as they are now.
    static func deriveAndStore(
        _ tenant: TenantID, contact: ContactID, channel: ChannelID, purpose: String, _ tx: PostgresTransaction
    ) async throws -> ConsentStanding {
        let standing = try await derive(tenant, contact: contact, channel: channel, purpose: purpose, tx)
        let stored = try await tx.query(
            store(tenant, contact: contact, channel: channel, purpose: purpose, standing))
        return standing.under(termsOf: try stored[0].decode("renewed_at"))
    }

    /// What a person was ever asked on a channel, but for the word for all of it.
    private static func purposes(
        _ tenant: TenantID, contact: ContactID, channel: ChannelID, _ tx: PostgresTransaction
    ) async throws -> [String] {
        let rows = try await tx.query(
            PostgresQuery(
                "consents.purposes",
                """
                SELECT purpose FROM consents
                WHERE tenant_id = $1 AND contact_id = $2 AND channel_id = $3 AND purpose <> 'all'
                ORDER BY purpose
                """, [tenant, contact, channel]))
        return try rows.map { try $0.decode("purpose") }
    }

    /// Derives one consent from all facts about the person, also those of contacts that were merged into this one, and those about every
    /// purpose at once.
    static func derive(
        _ tenant: TenantID, contact: ContactID, channel: ChannelID, purpose: String, _ tx: PostgresTransaction
    ) async throws -> ConsentStanding {
        let rows = try await tx.query(
            PostgresQuery(
                "consents.facts",
                """
                SELECT \(factColumns)
                FROM consent_events e
                JOIN contacts c ON c.tenant_id = e.tenant_id AND c.contact_id = e.contact_id
                WHERE e.tenant_id = $1 AND (e.contact_id = $2 OR c.merged_into = $2) AND e.channel_id = $3
                  AND e.purpose IN ($4, 'all')
                """, [tenant, contact, channel, purpose]))
        let facts = try rows.map(ConsentFact.init)
        // The database's clock dates the records; one that is ahead of ours must not make them things of the future.
        let now = facts.map(\.recordedAt).reduce(Date(), max)
        return ConsentState.derive(from: facts, at: now)
    }

    /// Keeps what was derived. Its row says when the purpose's terms were last renewed, as `renewed_at`.
    static func store(
        _ tenant: TenantID, contact: ContactID, channel: ChannelID, purpose: String, _ standing: ConsentStanding
    ) -> PostgresQuery {
        let agrees = standing.state == .granted || standing.state == .confirmed
        return PostgresQuery(
            "consents.store",
            """
            INSERT INTO consents (tenant_id, contact_id, channel_id, purpose, state, since, expires_at, proof, is_explicit, age_confirmed,
                                  agreed_at, rules)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, \(rules))
            ON CONFLICT (tenant_id, contact_id, channel_id, purpose) DO UPDATE
            SET state = excluded.state, since = excluded.since, expires_at = excluded.expires_at, proof = excluded.proof,
                is_explicit = excluded.is_explicit, age_confirmed = excluded.age_confirmed, agreed_at = excluded.agreed_at,
                rules = excluded.rules
            RETURNING (SELECT max(p.created_at) FROM purposes p
                       WHERE p.tenant_id = $1 AND p.purpose = $4 AND \(ConsentTermsStore.renews)) AS renewed_at
            """,
            [
                tenant, contact, channel, purpose, standing.state, standing.since, standing.expiresAt,
                agrees ? standing.grounds.proof : nil, agrees && standing.grounds.isExplicit,
                agrees ? standing.grounds.age : nil, standing.agreedAt,
            ])
    }

    /// Derives every consent of a contact again, after contacts were merged.
    static func deriveAgain(_ tenant: TenantID, contact: ContactID, _ tx: PostgresTransaction) async throws {
        let rows = try await tx.query(
            PostgresQuery(
                "consents.subjects",
                """
                SELECT DISTINCT e.channel_id, e.purpose
                FROM consent_events e
                JOIN contacts c ON c.tenant_id = e.tenant_id AND c.contact_id = e.contact_id
                WHERE e.tenant_id = $1 AND (e.contact_id = $2 OR c.merged_into = $2)
                """, [tenant, contact]))
        for row in rows {
            _ = try await deriveAndStore(
                tenant, contact: contact, channel: try row.decode("channel_id"), purpose: try row.decode("purpose"), tx)
        }
    }
}
