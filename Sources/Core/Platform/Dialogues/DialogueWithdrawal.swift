import PluginKit
import Postgres

/// Somebody in quarantine wrote a word of withdrawal: whatever they agreed to ends, what they wrote is destroyed, and they are told so once.
///
/// The consent source is asked first, as it can tell a refusal from a withdrawal; when it says nothing, the platform does.
struct DialogueWithdrawal: Sendable {
    let hearing: DialogueHearing
    let before: DialogueStanding

    private var tenant: TenantID { hearing.tenant }
    private var person: DialoguePerson { hearing.person }

    func carryOut(_ word: WithdrawalWord, _ heard: DialogueHearing.Heard) async throws {
        let contact = try person.open(hearing.keys)
        var words: [MessageContent] = []
        if let contact, !before.isClosed, let asker = try await hearing.asker(before) {
            let step = asker.step(.message(heard.content), before, heard, at: hearing.now)
            try await DialogueConsequences(hearing: hearing, contact: contact, asker: asker, before: before)
                .record(step.events.filter { $0.kind == .refused || $0.kind == .withdrawn })
            if step.outcome == .refused { words = step.replies }
        }
        try await Withdrawals.everything(
            hearing.keys, contact: person.contact, channel: person.channel, source: "obhut",
            method: "word_in_chat", evidence: heard.evidence(word), at: heard.occurredAt, releases: false, hearing.tx)
        try await hearing.destroy()
        guard before.closing == nil || !before.isClosed, let contact else {
            _ = try await hearing.tx.query(
                DialogueStore.close(tenant, person.contact, person.channel, .withdrawn))
            return
        }
        if words.isEmpty { words = [.text(WithdrawalText.confirmation(in: try await language(word)))] }
        let confirmation = DialogueReplies.New(words[0])
        _ = try await hearing.tx.query(
            DialogueStore.close(tenant, person.contact, person.channel, .withdrawn, closing: confirmation.id))
        try await DialogueReplies.add(
            [confirmation], to: person, contact, isHidden: person.isHidden, at: hearing.now, hearing.tx)
    }

    private func language(_ word: WithdrawalWord) async throws -> String {
        if let spoken = word.language ?? before.languages.first { return spoken }
        return try await hearing.languages().first ?? "en"
    }
}

extension DialogueHearing.Heard {
    /// What the person did. The message itself is destroyed, so its words stand here.
    fileprivate func evidence(_ word: WithdrawalWord) -> JSONObject {
        var evidence = JSONObject([("message_id", .string(id.description))])
        evidence["language"] = word.language.map { .string($0) }
        evidence["text"] = content.said.map { .string($0) }
        return evidence
    }
}
