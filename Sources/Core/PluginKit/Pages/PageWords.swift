/// Words that a source on pages says itself, by language: those that every such source needs (`Web/words.json`), and its own.
public struct PageWords: Sendable {
    public let byLanguage: [String: [String: String]]

    /// What a script must be able to say before it has asked the server.
    public static let early = [
        "button", "close", "contact", "limit", "loading", "newTab", "offline", "problem", "retry", "trouble",
        "unavailable",
    ]

    /// - Parameter own: JSON that is part of the program: `{"de": {"title": "…"}}`.
    public init(own: [UInt8]) {
        byLanguage = Self.read(own).merging(Self.read(PackageResources.words_json)) { own, common in
            common.merging(own) { $1 }
        }
    }

    /// The words of a language, or of the one it is a kind of: `de-AT` has those of `de`.
    public subscript(language: String) -> [String: String]? {
        let tag = language.lowercased()
        return byLanguage[tag] ?? byLanguage[String(tag.prefix { $0 != "-" })]
    }

    private static func read(_ bytes: [UInt8]) -> [String: [String: String]] {
        do {
            return (try JSON(parsing: bytes).object?.members ?? []).reduce(into: [:]) { languages, language in
                languages[language.name] = (language.value.object?.members ?? []).reduce(into: [:]) {
                    $0[$1.name] = $1.value.string
                }
            }
        } catch {
            // The file is part of this program, and tests read it.
            preconditionFailure("words that are compiled in are no JSON: \(error)")
        }
    }
}
