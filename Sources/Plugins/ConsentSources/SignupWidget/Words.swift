import PluginKit

/// The dialog's words as they come with the plugin: `Web/words.json`, and what all sources on pages say.
enum Words {
    static let page = PageWords(own: PackageResources.words_json)

    /// By language.
    static var builtIn: [String: [String: String]] { page.byLanguage }

    /// All of them, sorted.
    static let names: [String] = (builtIn["en"] ?? [:]).keys.sorted()

    /// The words of a language, or of the one it is a kind of: `de-AT` has those of `de`.
    static func builtIn(_ language: String) -> [String: String]? { page[language] }

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
