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
    /// Seconds between two looks at somebody who is silent, at least.
    static let rest: Double = 60

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
            try await refuse(step, after)
        case .asking, .admitted, .leftAlone:
            // What is no new agreement after a no is no reason to ask again, and is kept no longer than what came before it; unless the
            // source that heard the no finds that the person wants to be asked.
            if before.isClosed, !step.outcome.isAsking || heard == nil || !before.isRemembered {
                return try await hearing.destroy()
            }
            try await ask(step, after, heard)
        }
    }

    func record(_ events: [ConsentEventDraft]) async throws {
        for event in events {
            guard !ReservedPurpose.all.contains(event.purpose) || event.kind == .withdrawn else {
                hearing.logger.error(
                    "a consent source recorded a reserved purpose", metadata: ["source": "\(asker.name)"])
                continue
            }
            _ = try await ConsentLedger.add(
                hearing.keys, .generate(), contact: person.contact, channel: person.channel, source: asker.name,
                setup: asker.placed.source.id.rawValue, event, by: nil, releases: false, tx)
        }
    }

    /// - Parameter heard: what this is the answer to.
    private func ask(_ step: DialogueStep, _ standing: DialogueStanding, _ heard: DialogueHearing.Heard?) async throws {
        var standing = standing
        if case .asking(let until) = step.outcome {
            // One that was silent is not asked again at every look.
            let soonest = heard == nil ? hearing.now.addingTimeInterval(Self.rest) : hearing.now
            (standing.status, standing.wakesAt) = (.asking, until.map { max($0, soonest) })
        } else {
            if step.outcome == .admitted {
                hearing.logger.error(
                    "a consent source admitted somebody without a consent", metadata: ["source": "\(asker.name)"])
            }
            (standing.status, standing.wakesAt) = (.leftAlone, nil)
        }
        try await reply(step.replies, &standing, isHidden: true)
        _ = try await tx.query(DialogueStore.save(tenant, person, standing, stateSealed: seal(step.state)))
        if let heard, !standing.isAdmitted { try await keepWithinLimits(heard) }
    }

    /// What the person wrote is destroyed in the transaction that records the refusal; one confirmation may go. What the source keeps
    /// stays: it tells whether the person wants to be asked again.
    private func refuse(_ step: DialogueStep, _ standing: DialogueStanding) async throws {
        var standing = standing
        let confirmation = before.isClosed ? [] : step.replies.prefix(1).map(DialogueReplies.New.init)
        (standing.status, standing.wakesAt, standing.repliedHash, standing.repliedAt) = (.refused, nil, nil, nil)
        if before.status == .withdrawn { standing.status = .withdrawn }
        standing.closing = confirmation.first?.id ?? before.closing
        try await hearing.destroy()
        _ = try await tx.query(DialogueStore.save(tenant, person, standing, stateSealed: seal(step.state)))
        try await DialogueReplies.add(
            confirmation, to: person, contact, isHidden: !standing.isAdmitted, at: hearing.now, tx)
    }

    private func seal(_ state: JSON) throws -> [UInt8] {
        let isKept = state.encoded().count <= Self.stateLimit
        if !isKept {
            hearing.logger.error("a consent source keeps too much of a dialogue", metadata: ["source": "\(asker.name)"])
        }
        return try contact.seal(dialogueState: isKept ? state : before.state ?? .null, on: person.channel)
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

    /// What is more than is kept of one person goes once it was heard; what came first stays.
    private func keepWithinLimits(_ heard: DialogueHearing.Heard) async throws {
        let row = try await tx.query(QuarantineStore.fill(tenant, person.contact, person.channel, upTo: heard.id))[0]
        let fill = QuarantineFill(messages: try row.decode("messages"), bytes: try row.decode("bytes"))
        guard !QuarantineLimits.standard.keeps(fill) else { return }
        _ = try await tx.pipeline([
            QuarantineStore.destroy(tenant, [heard.id]), QuarantineStore.countDropped(tenant, [person.channel]),
        ])
    }
}

extension DialogueStep.Outcome {
    fileprivate var isAsking: Bool {
        if case .asking = self { true } else { false }
    }
}
