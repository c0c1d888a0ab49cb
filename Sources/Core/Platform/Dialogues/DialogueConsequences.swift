import Logging
import PluginKit
import Postgres

/// Carries out what a consent source's step says: facts into the ledger, replies into the queue, and what becomes of what the person wrote.
///
/// A source cannot do more than it may: nothing is released without a valid consent in the ledger, nothing is asked after a no, and nobody
/// who writes a lot is told the same again and again.
struct DialogueConsequences: Sendable {
    /// Bytes of what a source may keep between two turns, encoded.
    static let stateLimit = 8192

    let hearing: DialogueHearing
    let contact: OpenContact
    let asker: DialogueHearing.Asker
    let before: DialogueStanding

    private var tenant: TenantID { hearing.tenant }
    private var person: DialoguePerson { hearing.person }
    private var tx: PostgresTransaction { hearing.tx }

    func carryOut(_ step: DialogueStep, of heard: DialogueHearing.Heard?) async throws {
        try await record(step.events)
        var after = before
        after.agreed = try await DialogueStore.standing(tenant, person, tx).agreed
        (after.source, after.sourceVersion) = (asker.placed.source.id, asker.placed.setup.version)
        switch step.outcome {
        case .admitted where after.isAdmitted, .leftAlone where after.isAdmitted:
            try await reply(step.replies, &after, isHidden: false)
            try await hearing.admit(after)
        case .refused:
            try await refuse(step.replies, after)
        case .asking, .admitted, .leftAlone:
            // What is no new agreement after a no is no reason to ask again, and is kept no longer than what came before it.
            if before.status?.isClosed == true { return try await hearing.destroy() }
            try await ask(step, after, heard)
        }
    }

    private func record(_ events: [ConsentEventDraft]) async throws {
        for event in events {
            guard !ReservedPurpose.all.contains(event.purpose) || event.kind == .withdrawn else {
                hearing.logger.error("a consent source recorded a reserved purpose", metadata: ["source": "\(asker.name)"])
                continue
            }
            _ = try await ConsentLedger.add(
                hearing.keys, .generate(), contact: person.contact, channel: person.channel, source: asker.name, event,
                by: nil, releases: false, tx)
        }
    }

    /// - Parameter heard: what this is the answer to.
    private func ask(_ step: DialogueStep, _ standing: DialogueStanding, _ heard: DialogueHearing.Heard?) async throws {
        var standing = standing
        if case .asking(let until) = step.outcome {
            (standing.status, standing.wakesAt) = (.asking, until)
        } else {
            if step.outcome == .admitted {
                hearing.logger.error(
                    "a consent source admitted somebody without a consent", metadata: ["source": "\(asker.name)"])
            }
            (standing.status, standing.wakesAt) = (.leftAlone, nil)
        }
        try await reply(step.replies, &standing, isHidden: true)
        let isKept = step.state.encoded().count <= Self.stateLimit
        if !isKept {
            hearing.logger.error("a consent source keeps too much of a dialogue", metadata: ["source": "\(asker.name)"])
        }
        let state = isKept ? step.state : before.state ?? .null
        let sealed = try contact.seal(dialogueState: state, on: person.channel)
        _ = try await tx.query(DialogueStore.save(tenant, person, standing, stateSealed: sealed))
        if let heard, !standing.isAdmitted { try await keepWithinLimits(heard) }
    }

    /// What the person wrote is destroyed in the transaction that records the refusal; one confirmation may go.
    private func refuse(_ replies: [MessageContent], _ standing: DialogueStanding) async throws {
        var standing = standing
        let isFirst = before.status?.isClosed != true
        let confirmation = isFirst ? replies.prefix(1).map(DialogueReplies.New.init) : []
        (standing.status, standing.wakesAt, standing.repliedHash, standing.repliedAt) = (.refused, nil, nil, nil)
        if before.status == .withdrawn { standing.status = .withdrawn }
        try await hearing.destroy()
        _ = try await tx.query(
            DialogueStore.save(tenant, person, standing, stateSealed: nil, closing: confirmation.first?.id))
        try await DialogueReplies.add(
            confirmation, to: person, contact, isHidden: !standing.isAdmitted, at: hearing.now, tx)
    }

    /// The same is not said again within minutes to somebody who keeps writing.
    private func reply(_ replies: [MessageContent], _ standing: inout DialogueStanding, isHidden: Bool) async throws {
        guard !replies.isEmpty else { return }
        let hash = DialogueReplies.hash(replies, hearing.keys)
        let pause = Double(DialogueReplies.repeatPause.components.seconds)
        if hash == before.repliedHash, let at = before.repliedAt, hearing.now.timeIntervalSince(at) < pause { return }
        (standing.repliedHash, standing.repliedAt) = (hash, hearing.now)
        try await DialogueReplies.add(
            replies.map(DialogueReplies.New.init), to: person, contact, isHidden: isHidden, at: hearing.now, tx)
    }

    /// What is more than is kept of one person goes once it was heard.
    private func keepWithinLimits(_ heard: DialogueHearing.Heard) async throws {
        let row = try await tx.query(QuarantineStore.fill(tenant, person.contact, person.channel))[0]
        let fill = QuarantineFill(messages: try row.decode("messages"), bytes: try row.decode("bytes"))
        guard !QuarantineLimits.standard.keeps(fill) else { return }
        _ = try await tx.pipeline([
            QuarantineStore.destroy(tenant, [heard.id]), QuarantineStore.countDropped(tenant, [person.channel]),
        ])
    }
}
