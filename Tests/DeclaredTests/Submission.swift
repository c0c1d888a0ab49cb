import Foundation
import PluginKit

@testable import Declared

/// A good declaration, and ways to spoil it.
enum Submission {
    static let receivedAt = Date(timeIntervalSince1970: 1_772_366_400)  // 2026-03-01T12:00:00Z

    static let good: JSON = [
        "purpose": "service", "state": "granted", "occurred_at": "2026-02-28T09:30:00+01:00",
        "evidence": [
            "method": "paper", "text": "Ich stimme zu.", "language": "de-AT", "reference": "Ordner 7",
            "collected_by": "Empfang",
        ],
    ]

    /// - Parameter change: members to replace, `null` taking one out; a name such as `evidence.text` reaches within.
    static func changed(_ change: JSON, of json: JSON = good) -> JSON {
        var body = json.object ?? JSONObject()
        for (name, value) in change.object?.members ?? [] {
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            if parts.count == 2, let inner = body[parts[0]] {
                body[parts[0]] = changed(.object(JSONObject([(parts[1], value)])), of: inner)
            } else {
                body[name] = value.isNull ? JSON?.none : value
            }
        }
        return .object(body)
    }

    static func event(_ body: JSON) throws(ConsentRefusal) -> ConsentEventDraft {
        try Declared().consentEvent(from: ConsentSubmission(body: body, receivedAt: receivedAt))
    }
}
