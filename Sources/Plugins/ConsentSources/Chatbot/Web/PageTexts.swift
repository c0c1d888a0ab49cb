import PluginKit

/// What the chat box on a page says itself: its controls, and how it ends. The questions are the script's.
struct PageTexts: Sendable {
    static let words = PageWords(own: PackageResources.words_json)

    let language: String
    private let words: [String: String]

    /// - Parameter language: the dialogue's, which is one that the plugin speaks.
    init(_ language: String, controller: String) {
        self.language = language
        words = (Self.words[language] ?? Self.words["en"] ?? [:]).mapValues {
            $0.replacing("{controller}", with: controller)
        }
    }

    subscript(name: String) -> String { words[name] ?? "" }

    /// How a dialogue ends that leads nowhere. What the script says of it comes first, if it says anything on pages.
    /// - Parameter isSaid: whether it has.
    func end(_ outcome: DialogueStep.Outcome, isSaid: Bool) -> String {
        let kind = outcome == .refused ? "refused" : "leftAlone"
        return isSaid ? self["nothingKept"] : "\(self[kind]) \(self["nothingKept"])"
    }

    /// The message that brings a code.
    func message(with code: String) -> String { self["message"].replacing("{code}", with: code) }

    /// What the box needs once it is open.
    var json: JSON {
        .object(
            JSONObject(
                words.filter { !Self.elsewhere.contains($0.key) }.sorted { $0.key < $1.key }.map {
                    ($0.key, .string($0.value))
                }))
    }

    /// In the script already, or said here.
    private static let elsewhere: Set<String> = [
        "button", "loading", "goOn", "refused", "leftAlone", "nothingKept", "message",
    ]
}
