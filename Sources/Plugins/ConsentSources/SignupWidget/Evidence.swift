import Foundation
import PluginKit

/// What makes a tick demonstrable years later (Art. 7(1) GDPR): the words as they stood there, and where, when and by what act.
struct Evidence {
    let dialog: ShownDialog
    let ticks: Ticks
    let request: PublicRequest
    let setup: SourceSetup

    func draft(_ purpose: ShownDialog.Purpose) -> ConsentEventDraft {
        ConsentEventDraft(
            kind: .granted, purpose: purpose.name, occurredAt: request.receivedAt,
            expiresAt: purpose.validity.map { request.receivedAt.addingTimeInterval(Double($0) * 86_400) },
            evidence: .object(evidence(purpose)))
    }

    private func evidence(_ purpose: ShownDialog.Purpose) -> JSONObject {
        let sentence = [purpose.explicit, purpose.text].compactMap(\.self).joined(separator: " ")
        var notice = JSONObject([("version", .string(dialog.noticeVersion)), ("url", .string(dialog.notice.url))])
        notice["sha256"] = dialog.notice.hash.map(JSON.string)
        var evidence = JSONObject([
            ("act", "box_ticked"), ("text", .string(purpose.title + "\n" + sentence)),
            ("text_version", .string("\(purpose.name)@\(purpose.version)")), ("notice", .object(notice)),
            ("language", .string(dialog.language)), ("page", .string(ticks.page)),
            ("at", .string(request.receivedAt.rfc3339)),
            ("source", .string("eu.obhut.\(SignupWidget.name)@\(SignupWidget.version)")),
            ("setup", .string("\(setup.id)@\(setup.version)")), ("dialog", around(purpose)),
        ])
        if purpose.explicit != nil { evidence["explicit"] = true }
        if let age = dialog.minimumAge { evidence["age_confirmed"] = .number(String(age)) }
        return evidence
    }

    /// What stood around the box: it shows that the person was told of withdrawing, and what else could be ticked and was not.
    private func around(_ purpose: ShownDialog.Purpose) -> JSON {
        let others = dialog.purposes.filter { $0.name != purpose.name }.map { other in
            JSON.object(
                JSONObject([
                    ("text_version", .string("\(other.name)@\(other.version)")),
                    ("ticked", .bool(ticks.purposes.contains(other.name))),
                ]))
        }
        return [
            "heading": .string(dialog.word("heading")), "introduction": .string(dialog.word("introduction")),
            "withdrawal": .string(dialog.word("withdrawal")), "button": .string(dialog.word("agree")),
            "needed": .bool(purpose.isNeeded), "others": .array(others), "digest": dialog.shown["digest"] ?? .null,
        ]
    }
}
