public import PluginKit
import Postgres

import struct Foundation.Date

/// Records what a consent source says a person did.
public struct ConsentService: Sendable {
    let directory: RegionDirectory
    let plugins: PluginRegistry

    /// Records a consent event. A person who is not known yet becomes a contact.
    /// - Parameters:
    ///   - source: name of a consent-source plugin.
    ///   - channel: nil when the tenant has one channel only.
    ///   - body: what the source reads.
    ///   - repeatable: a request that may come again: then it records nothing and has the first answer.
    /// - Throws: `PlatformError.invalid` naming the field.
    public func declare(
        _ caller: Caller, source: String, person: RecipientReference, channel: ChannelID?, body: JSON,
        repeatable: RepeatableConsent? = nil
    ) async throws -> ConsentReceipt {
        guard let plugin = plugins.consentSources[source] else {
            let known = plugins.consentSources.keys.sorted().joined(separator: ", ")
            throw PlatformError.invalid("source", "there is no such consent source; known are: \(known)")
        }
        let draft: ConsentEventDraft
        do throws(ConsentRefusal) {
            draft = try plugin.consentEvent(from: ConsentSubmission(body: body, receivedAt: Date()))
        } catch {
            throw PlatformError.invalid(error.field, error.problem)
        }
        try ReservedPurpose.check(draft)
        let shard = try directory.shard(caller.shard)
        let keys = try await shard.keys.keys(of: caller.tenant)
        let id = ConsentEventID.generate()
        let name = "\(source)@\(plugin.manifest.version)"
        return try await retryingConflicts {
            try await shard.app.transaction(settings: asTenant(caller.tenant)) { tx in
                let books = repeatable.map { ConsentRepeats($0, of: caller, result: id, keys) }
                if let earlier = try await books?.earlier(tx) { return earlier }
                // Whatever the tenant's state, a person's no is taken.
                try await TenantStanding.requireStill(caller.tenant, tx)
                if !draft.kind.endsAtOnce { try await TenantStanding.requireProcessing(caller.tenant, tx) }
                let terms = try await DeclaredTerms(caller.tenant, tx)
                let draft = try Self.fit(draft, terms)
                let channel = try await ChannelStore.choose(caller.tenant, channel, tx)
                let known = try await ContactStore(keys: keys).findOrCreate(person, channel: channel, plugins, tx)
                let (contact, standing) = try await ConsentLedger.add(
                    keys, id, contact: known, channel: channel.id, source: name, draft, by: caller.key, tx)
                // What the person did themselves before the tenant knew of them is not the tenant's to learn.
                let isShown = try await ContactStore.shown(caller.tenant, contact, tx) != nil
                let view = ConsentView(
                    contact: contact, channel: channel.id, purpose: draft.purpose,
                    standing: isShown ? standing : Self.standing(of: draft, terms))
                let receipt = ConsentReceipt(id: id, view: view, isReplayed: false)
                try await books?.keep(receipt, tx)
                return receipt
            }
        }
    }

    /// What would follow from a fact if it were the only one.
    private static func standing(of draft: ConsentEventDraft, _ terms: DeclaredTerms) -> ConsentStanding {
        let now = Date()
        let agrees = draft.kind == .granted || draft.kind == .confirmed
        return ConsentState.derive(
            from: [
                ConsentFact(
                    kind: draft.kind, occurredAt: draft.occurredAt, recordedAt: now, expiresAt: draft.expiresAt,
                    grounds: agrees ? ConsentGrounds(evidence: draft.evidence, isWitnessed: false) : ConsentGrounds())
            ], at: now
        ).under(termsOf: terms.renewals[draft.purpose])
    }

    private static func fit(_ draft: ConsentEventDraft, _ terms: DeclaredTerms) throws -> ConsentEventDraft {
        do throws(ConsentRefusal) {
            return try terms.fit(draft)
        } catch {
            throw PlatformError.invalid(error.field, error.problem)
        }
    }

    public func list(_ caller: Caller, _ contact: ContactID) async throws -> [ConsentView] {
        let shard = try directory.shard(caller.shard)
        return try await shard.app.transaction(settings: asTenant(caller.tenant), readOnly: true) { tx in
            try await TenantStanding.requireProcessing(caller.tenant, tx)
            guard let contact = try await ContactStore.shown(caller.tenant, contact, tx) else {
                throw PlatformError.notFound("contact")
            }
            let rows = try await tx.query(
                PostgresQuery(
                    "consents.list",
                    """
                    SELECT channel_id, purpose, state, since, expires_at, proof, is_explicit, age_confirmed
                    FROM effective_consents
                    WHERE tenant_id = $1 AND contact_id = $2
                    ORDER BY channel_id, purpose
                    """, [caller.tenant, contact]))
            return try rows.map { row in
                let standing = try ConsentStanding(row).seen(at: Date())
                return ConsentView(
                    contact: contact, channel: try row.decode("channel_id"), purpose: try row.decode("purpose"),
                    standing: standing)
            }
        }
    }
}
