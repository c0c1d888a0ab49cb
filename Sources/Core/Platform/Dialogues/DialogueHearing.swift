import Logging
import PluginKit
import Postgres

import struct Foundation.Date

/// Hears one thing in a person's dialogue about consent, and carries out what follows, in the caller's transaction, in which the person's
/// row is held: an entry code, an agreement that was recorded elsewhere, or a turn of the channel's consent source.
struct DialogueHearing: Sendable {
    let keys: TenantKeys
    let plugins: PluginRegistry
    let person: DialoguePerson
    let tx: PostgresTransaction
    let logger: Logger
    let now = Date()

    var tenant: TenantID { keys.tenant }

    func hear(_ job: DialogueJob) async throws {
        var standing = try await DialogueStore.standing(tenant, person, keys: keys, tx)
        let heard = try await message(job)
        if let heard, try await redeem(heard, &standing) { return try await admit(standing) }
        if standing.isAdmitted, standing.status != .asking { return try await admit(standing) }
        // Stored at once, as its sender had agreed then, for a code that is none any more.
        if let heard, !heard.isQuarantined { return }
        if let heard, let word = WithdrawalWord(heard.content) {
            return try await DialogueWithdrawal(hearing: self, before: standing).carryOut(word, heard)
        }
        if standing.isClosed, !standing.isRemembered {
            guard let said = heard?.content.said, BeginningWord.isOne(said) else { return try await destroy() }
            standing = standing.begunAgain
        }
        guard let event = event(heard, job, standing) else { return }
        guard let asker = try await asker(standing), let contact = try person.open(keys) else {
            _ = try await tx.query(DialogueStore.sleep(tenant, person))
            return
        }
        if standing.languages.isEmpty { standing.languages = try await languages() }
        if standing.entry == nil, heard?.content.context?["referral"] != nil { standing.entry = "ad" }
        let step = asker.step(event, standing, heard, at: now)
        try await DialogueConsequences(hearing: self, contact: contact, asker: asker, before: standing)
            .carryOut(step, of: heard)
    }

    // MARK: - What happened

    struct Heard: Sendable {
        var id: MessageID
        var content: MessageContent
        var occurredAt: Date
        var isQuarantined: Bool
    }

    /// - Returns: nil for a job that is about no message, or one that is there no longer.
    private func message(_ job: DialogueJob) async throws -> Heard? {
        let id = MessageID(job.subject)
        let rows = try await tx.pipeline([
            QuarantineStore.message(tenant, id), DialogueStore.stored(tenant, id),
        ])
        do {
            if let row = rows[0].first {
                let said = try QuarantineSeal(message: id, tenant: tenant).open(row, keys)
                return Heard(
                    id: id, content: said.content, occurredAt: try row.decode("occurred_at"), isQuarantined: true)
            }
            if let row = rows[1].first {
                let owner = try OpenContact(
                    id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: row.decode("key_sealed"),
                    keys: keys)
                return Heard(
                    id: id, content: try owner.open(content: row.decode("content_sealed"), of: id),
                    occurredAt: try row.decode("occurred_at"), isQuarantined: false)
            }
        } catch let error as SealError {
            logger.error(
                "a message that is to be heard cannot be opened", metadata: ["message": "\(id)", "error": "\(error)"])
        }
        return nil
    }

    private func event(
        _ heard: Heard?, _ job: DialogueJob, _ standing: DialogueStanding
    ) -> DialogueTurn.Event? {
        if let heard { return .message(heard.content) }
        guard job.subject == person.conversation.rawValue, standing.status == .asking, let due = standing.wakesAt,
            due <= now
        else { return nil }
        return .silence
    }

    // MARK: - Who asks

    struct Asker: Sendable {
        var placed: PlacedSource
        var plugin: any ConversingConsentSource
        /// As consent events name it.
        var name: String { "\(plugin.manifest.name)@\(plugin.manifest.version)" }

        func step(_ event: DialogueTurn.Event, _ standing: DialogueStanding, _ heard: Heard?, at now: Date)
            -> DialogueStep
        {
            plugin.step(
                DialogueTurn(
                    event: event, state: standing.state, agreed: standing.agreed, languages: standing.languages,
                    entry: standing.entry, occurredAt: heard?.occurredAt, now: now), in: placed.setup)
        }
    }

    /// The channel's set-up that asks in the chat, in the version in which it began, unless what that asks for has been renewed.
    func asker(_ standing: DialogueStanding) async throws -> Asker? {
        guard var placed = try await SourceSetups.conversing(tenant, channel: person.channel, tx) else { return nil }
        if standing.status == .asking, standing.source == placed.source.id, let version = standing.sourceVersion,
            version != placed.setup.version,
            let begun = try await SourceSetups.find(tenant, placed.source.id, version: version, tx),
            try await !ConsentTermsStore.isRenewed(begun.setup.terms.purposes, of: tenant, tx)
        {
            placed = begun
        }
        guard let plugin = plugins.consentSources[placed.source.plugin] as? any ConversingConsentSource else {
            logger.error(
                "a consent source that asks in the chat is not there", metadata: ["plugin": "\(placed.source.plugin)"])
            return nil
        }
        return Asker(placed: placed, plugin: plugin)
    }

    /// From the country of the person's number.
    func languages() async throws -> [String] {
        guard let row = try await tx.query(DialogueStore.phone(tenant, person.contact)).first else { return [] }
        let owner = try OpenContact(
            id: row.decode("sealed_for"), keyID: row.decode("key_id"), keySealed: row.decode("key_sealed"), keys: keys)
        return CallingCode.languages(
            of: try owner.open(address: row.decode("address_sealed"), of: row.decode("identity_id")))
    }

    // MARK: - What follows by itself

    /// A code from a page: what was agreed there becomes the sender's, who has proved by it whose the number is.
    private func redeem(_ heard: Heard, _ standing: inout DialogueStanding) async throws -> Bool {
        guard let text = heard.content.said,
            let redeemed = try await EntryCodes.redeem(
                in: text, channel: person.channel, by: heard.id, at: heard.occurredAt, keys, tx)
        else { return false }
        let version = plugins.consentSources[redeemed.plugin]?.manifest.version
        let name = version.map { "\(redeemed.plugin)@\($0)" } ?? redeemed.plugin
        for draft in redeemed.agreed {
            // A confirmation alone revives nothing (`ConsentState.derive`); what was granted on the page after a withdrawal does.
            for fact in [draft.granted, draft].compactMap({ $0 }) {
                _ = try await ConsentLedger.add(
                    keys, .generate(), contact: person.contact, channel: person.channel, source: name,
                    setup: redeemed.source.rawValue, fact, by: nil, releases: false, tx)
            }
        }
        standing = try await DialogueStore.standing(tenant, person, keys: keys, tx)
        standing.entry = redeemed.entry ?? standing.entry
        if !redeemed.languages.isEmpty { standing.languages = redeemed.languages }
        return standing.isAdmitted
    }

    /// Releases what the person wrote. The dialogue is over.
    func admit(_ standing: DialogueStanding) async throws {
        try await QuarantineRelease(keys: keys, tx: tx).release(person)
        guard standing.status != .admitted else { return }
        var ended = standing
        (ended.status, ended.wakesAt, ended.repliedHash, ended.repliedAt) = (.admitted, nil, nil, nil)
        _ = try await tx.query(DialogueStore.save(tenant, person, ended, stateSealed: nil))
    }

    /// Destroys what the person wrote.
    func destroy() async throws {
        _ = try await tx.query(QuarantineStore.destroyAll(tenant, person.contact, person.channel))
    }
}

extension ConsentEventDraft {
    /// The agreement on the page that a confirmation from there confirms; nil when it does not say when that was.
    fileprivate var granted: ConsentEventDraft? {
        guard kind == .confirmed, let at = evidence["confirmation"]?["agreed_at"]?.string.flatMap({ Date(rfc3339: $0) })
        else { return nil }
        return ConsentEventDraft(
            kind: .granted, purpose: purpose, occurredAt: at, expiresAt: expiresAt, evidence: evidence)
    }
}
