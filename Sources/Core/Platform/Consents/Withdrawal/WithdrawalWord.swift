import Foundation
public import PluginKit

/// The words and the button by which a person withdraws in the chat: as easy as agreeing was (GDPR Art. 7(3)).
///
/// A word counts when it is the whole message, but for words of courtesy before or after it; case, blanks, punctuation, accents, emoji and
/// other symbols do not matter. In a longer sentence it is no withdrawal by itself: "stop by tomorrow" is none.
public struct WithdrawalWord: Sendable, Hashable {
    /// What a button of the tenant's carries to be one of withdrawal.
    public static let payload = "obhut:withdraw"

    /// BCP 47; nil when people of several languages use the word, or a button was pressed.
    public let language: String?

    /// - Returns: nil for what is no withdrawal.
    public init?(_ content: MessageContent) {
        if Self.payloads(content).contains(Self.payload) {
            language = nil
        } else if content.type == "text", let text = content.fields["body"]?.string, let word = WithdrawalWord(text) {
            self = word
        } else {
            return nil
        }
    }

    /// - Returns: nil for what is no withdrawal.
    public init?(_ text: String) {
        guard let key = Self.key(text), let found = Self.words[key] ?? Self.words[Self.withoutCourtesy(key)] else {
            return nil
        }
        language = found.isEmpty ? nil : found
    }

    /// What a button or a list's entry carries (Cloud API, "messages": `button.payload`, `interactive.*_reply.id`).
    private static func payloads(_ content: MessageContent) -> [String] {
        switch content.type {
        case "button": [content.fields["payload"]?.string].compactMap(\.self)
        case "interactive":
            ["button_reply", "list_reply"].compactMap { content.fields[$0]?["id"]?.string }
        default: []
        }
    }

    /// "stop please", "bitte abmelden, danke": without what is only politeness.
    private static func withoutCourtesy(_ key: String) -> String {
        var words = key.split(separator: " ")[...]
        while true {
            let count = words.count
            for courtesy in courtesies where courtesy.count < words.count {
                if words.starts(with: courtesy) { words = words.dropFirst(courtesy.count) }
                if courtesy.count < words.count, words.suffix(courtesy.count).elementsEqual(courtesy) {
                    words = words.dropLast(courtesy.count)
                }
            }
            if words.count == count { return words.joined(separator: " ") }
        }
    }

    /// The words of a text without case, accents and symbols, one blank between them; nil when it is too long or has anything else in it,
    /// such as a number.
    static func key(_ text: String) -> String? {
        guard text.utf8.count <= 120 else { return nil }
        let plain = text.precomposedStringWithCompatibilityMapping.folding(
            options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
        var words: [String] = []
        var word = ""
        for scalar in plain.unicodeScalars {
            if scalar.properties.isAlphabetic {
                word.unicodeScalars.append(unfolded[scalar] ?? scalar)
            } else if Self.isNothing(scalar) {
                continue
            } else if scalar.properties.isWhitespace || Self.isPunctuation(scalar) {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                return nil
            }
        }
        if !word.isEmpty { words.append(word) }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    /// Letters with a stroke have no accent that could be taken off, and people leave the stroke out; the sigma at a word's end is one.
    private static let unfolded: [Unicode.Scalar: Unicode.Scalar] = [
        "\u{142}": "l", "\u{111}": "d", "\u{127}": "h", "\u{F8}": "o", "\u{131}": "i", "\u{3C2}": "\u{3C3}",
    ]

    /// What belongs to the sign before it, or is not seen: variation selectors, joiners, an apostrophe.
    private static func isNothing(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .format, .nonspacingMark, .enclosingMark: true
        default: scalar == "'" || scalar == "’"
        }
    }

    /// What stands between words; emoji are symbols, those that are newer than our tables unassigned.
    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation, .control, .otherSymbol, .modifierSymbol, .mathSymbol,
            .currencySymbol, .unassigned:
            true
        default: false
        }
    }
}
