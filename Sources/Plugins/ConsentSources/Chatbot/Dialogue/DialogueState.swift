import PluginKit

import struct Foundation.Date

/// What a dialogue remembers. Small, and nothing that the person wrote.
struct DialogueState: Sendable, Hashable {
    enum Status: String, Sendable { case asking, admitted, refused, left }

    /// A question as it was put, in one language and with one opening.
    struct Shown: Sendable, Hashable {
        var language: String
        var opening: Question.Opening
        var digest: String
    }

    /// Of the set-up in which the dialogue is held.
    var version: Int
    var status = Status.asking
    var language: String
    var entry: String?
    /// The step at which an answer is awaited, and the purpose.
    var step: String?
    var purpose: String?
    /// Ways in which the question that is open was put, the latest last.
    var shown: [Shown] = []
    var askedAt = Date(timeIntervalSince1970: 0)
    var heardAt: Date
    /// Answers to the open question that were not plain.
    var unclear = 0
    var isReminded = false
    var isGreeted = false
    var isOldEnough = false
    /// Changes of language because of what was written, which ask again.
    var switches = 0
    var questions = 0
    /// How often it was begun.
    var beginnings = 1
    /// Purposes, by what became of them in this dialogue.
    var agreed: [String] = []
    var declined: [String] = []
    var passedOver: [String] = []

    init(version: Int, language: String, heardAt: Date) {
        self.version = version
        self.language = language
        self.heardAt = heardAt
    }
}

extension DialogueState {
    var json: JSON {
        func words(_ words: [String]) -> JSON { .array(words.map { .string($0) }) }
        var object = JSONObject([
            ("version", .number(String(version))), ("status", .string(status.rawValue)),
            ("language", .string(language)),
            ("heard_at", .string(heardAt.rfc3339)), ("asked_at", .string(askedAt.rfc3339)),
            ("counts", .array([unclear, switches, questions, beginnings].map { .number(String($0)) })),
            ("flags", .array([isReminded, isGreeted, isOldEnough].map { .bool($0) })),
            ("agreed", words(agreed)), ("declined", words(declined)), ("passed_over", words(passedOver)),
            (
                "shown",
                .array(shown.map { [.string($0.language), .string($0.opening.rawValue), .string($0.digest)] })
            ),
        ])
        object["step"] = step.map { .string($0) }
        object["purpose"] = purpose.map { .string($0) }
        object["entry"] = entry.map { .string($0) }
        return .object(object)
    }

    /// - Returns: nil for what `json` did not write.
    init?(_ json: JSON?) {
        func words(_ json: JSON?) -> [String] { (json?.array ?? []).compactMap(\.string) }
        guard let json, let version = json["version"]?.int, let language = json["language"]?.string,
            let status = (json["status"]?.string).flatMap(Status.init(rawValue:)),
            let heardAt = (json["heard_at"]?.string).flatMap(Date.init(rfc3339:)),
            let askedAt = (json["asked_at"]?.string).flatMap(Date.init(rfc3339:)),
            let counts = json["counts"]?.array?.compactMap(\.int), counts.count == 4,
            let flags = json["flags"]?.array?.compactMap(\.bool), flags.count == 3
        else { return nil }
        self.init(version: version, language: language, heardAt: heardAt)
        self.status = status
        self.askedAt = askedAt
        (unclear, switches, questions, beginnings) = (counts[0], counts[1], counts[2], counts[3])
        (isReminded, isGreeted, isOldEnough) = (flags[0], flags[1], flags[2])
        agreed = words(json["agreed"])
        declined = words(json["declined"])
        passedOver = words(json["passed_over"])
        shown = (json["shown"]?.array ?? []).compactMap { shown in
            let parts = words(shown)
            guard parts.count == 3, let opening = Question.Opening(rawValue: parts[1]) else { return nil }
            return Shown(language: parts[0], opening: opening, digest: parts[2])
        }
        step = json["step"]?.string
        purpose = json["purpose"]?.string
        entry = json["entry"]?.string
    }
}
