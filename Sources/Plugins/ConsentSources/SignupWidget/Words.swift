import Foundation
import PluginKit

/// The dialog's own words, as they come with the plugin.
enum Words {
    /// By language: `Web/words.json`, compiled in.
    static let builtIn: [String: [String: String]] = {
        do {
            let json = try JSON(parsing: PackageResources.words_json)
            return (json.object?.members ?? []).reduce(into: [:]) { languages, language in
                languages[language.name] = (language.value.object?.members ?? []).reduce(into: [:]) {
                    $0[$1.name] = $1.value.string
                }
            }
        } catch {
            // The file is part of this program, and a test reads it.
            preconditionFailure("Web/words.json is no JSON: \(error)")
        }
    }()

    /// All of them, sorted.
    static let names: [String] = (builtIn["en"] ?? [:]).keys.sorted()

    /// What the script must be able to say before it has asked the server.
    static let early = [
        "button", "close", "contact", "limit", "loading", "newTab", "offline", "problem", "retry", "trouble",
        "unavailable",
    ]

    /// The words of a language, or of the one it is a kind of: `de-AT` has those of `de`.
    static func builtIn(_ language: String) -> [String: String]? {
        let tag = language.lowercased()
        return builtIn[tag] ?? builtIn[String(tag.prefix { $0 != "-" })]
    }

    /// What a word must contain: what the dialog puts in there would be lost otherwise.
    static func placeholder(in name: String) -> String? {
        switch name {
        case "message": "{code}"
        case "until": "{time}"
        case "age": "{age}"
        default: nil
        }
    }

    /// In characters.
    static func limit(of name: String) -> Int {
        switch name {
        case "introduction", "done", "withdrawal": 2000
        // Labels and the message stand in little space.
        case "button", "agree", "cancel", "close", "needed", "voluntary", "message": 120
        default: 500
        }
    }
}

/// BCP 47, as far as it is needed here.
enum LanguageTag {
    static func isOne(_ text: String) -> Bool {
        text.utf8.count <= 35
            && text.split(separator: "-", omittingEmptySubsequences: false).allSatisfy {
                (1...8).contains($0.utf8.count) && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            }
    }

    /// Whether the language is written from right to left.
    static func isRightToLeft(_ language: String) -> Bool {
        let parts = language.lowercased().split(separator: "-").map(String.init)
        if parts.dropFirst().contains("latn") { return false }
        return ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"].contains(parts.first ?? "")
    }
}
