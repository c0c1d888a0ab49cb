import Foundation
import PluginKit

/// What makes a declared consent demonstrable.
enum Evidence {
    static let methods = ["web_form", "paper", "in_person", "phone", "shop_checkout", "messenger", "import"]
    /// What shows that a person agreed, beside the text: by method, the field and what stands in it. A consent that somebody was merely
    /// listed with (`import`) needs nothing, and is marked as not proven.
    private static let needed = [
        "paper": ("reference", "say where the signed paper is kept"),
        "shop_checkout": ("reference", "name the order, or the entry in the shop's log"),
        "phone": ("collected_by", "say who took it down"),
    ]
    /// Name and the longest it may be, in characters.
    private static let optional = [
        ("text_version", 200), ("privacy_notice_url", 2000), ("reference", 500), ("collected_by", 200), ("note", 2000),
    ]

    static var columns: [ImportColumn] {
        (["method", "text", "language"] + optional.map(\.0)).map { ImportColumn("evidence.\($0)") } + [
            ImportColumn("evidence.explicit", .flag), ImportColumn("evidence.age_confirmed", .number),
        ]
    }

    /// - Parameter granted: a consent needs the exact text the person agreed to; a withdrawal or refusal needs none.
    static func read(
        _ declaration: DeclarationFields, granted: Bool, source: PluginManifest, receivedAt: Date
    ) throws(ConsentRefusal) -> JSON {
        let known = Set(["method", "text", "language", "explicit", "age_confirmed"] + optional.map(\.0))
        let fields = try DeclarationFields(declaration.object["evidence"], path: "evidence", known: known)
        let method = try fields.text("method", limit: 32)
        guard methods.contains(method) else {
            throw ConsentRefusal(field: "evidence.method", problem: "can be one of \(methods.joined(separator: ", "))")
        }
        var evidence = JSONObject([("method", .string(method))])
        if let text = try fields.optionalText("text", limit: 10_000) {
            evidence["text"] = .string(text)
        } else if granted, method != "import" {
            throw ConsentRefusal(
                field: "evidence.text", problem: "give the exact text that the person agreed to (Art. 7(1) GDPR)")
        }
        if let language = try fields.optionalText("language", limit: 35) {
            let isTag = language.split(separator: "-", omittingEmptySubsequences: false).allSatisfy {
                (1...8).contains($0.count) && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            }
            guard isTag else {
                throw ConsentRefusal(
                    field: "evidence.language", problem: "give a language tag such as de or de-AT (BCP 47)")
            }
            evidence["language"] = .string(language)
        }
        // Whether the person agreed expressly to this purpose by itself (Art. 9(2)(a) GDPR).
        if let explicit = fields.object["explicit"], !explicit.isNull {
            guard explicit.bool != nil else {
                throw ConsentRefusal(
                    field: "evidence.explicit", problem: "expected true or false, found \(explicit.kind)")
            }
            // What was said expressly has words, and somebody who said them.
            if explicit.bool == true, method == "import" || evidence["text"] == nil {
                throw ConsentRefusal(
                    field: "evidence.explicit",
                    problem: "an express consent needs its text and what the person did, not import (Art. 9(2)(a) GDPR)"
                )
            }
            evidence["explicit"] = explicit
        }
        // The age that the person said to have reached (Art. 8 GDPR).
        if let age = fields.object["age_confirmed"], !age.isNull {
            guard let years = age.int, (1...150).contains(years) else {
                throw ConsentRefusal(
                    field: "evidence.age_confirmed", problem: "give whole years, from 1 to 150")
            }
            evidence["age_confirmed"] = .number(String(years))
        }
        for (name, limit) in optional {
            guard let text = try fields.optionalText(name, limit: limit) else { continue }
            if name == "privacy_notice_url", !text.hasPrefix("https://") {
                throw ConsentRefusal(
                    field: "evidence.privacy_notice_url", problem: "give a URL that begins with https://")
            }
            evidence[name] = .string(text)
        }
        if granted, let (name, wanted) = needed[method], evidence[name] == nil {
            throw ConsentRefusal(field: "evidence.\(name)", problem: "\(wanted) (Art. 7(1) GDPR)")
        }
        evidence["declared_at"] = .string(receivedAt.formatted(.iso8601))
        evidence["source"] = .string("\(source.id)@\(source.version)")
        return .object(evidence)
    }
}
