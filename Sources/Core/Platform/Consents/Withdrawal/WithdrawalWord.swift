import Foundation
public import PluginKit

/// The words and the button by which a person withdraws in the chat: as easy as agreeing was (GDPR Art. 7(3)).
///
/// A word counts when it is the whole message; case, blanks, punctuation and accents do not matter. In a longer sentence it is no
/// withdrawal by itself: "stop by tomorrow" is none.
public struct WithdrawalWord: Sendable, Hashable {
    /// What a button of the tenant's carries to be one of withdrawal.
    public static let payload = "obhut:withdraw"

    /// BCP 47; nil when people of many languages use the word, or a button was pressed.
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
        guard let key = Self.key(text), let found = Self.words[key] else { return nil }
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

    /// The words of a text without case and accents, one blank between them; nil when it is too long or has anything else in it.
    static func key(_ text: String) -> String? {
        guard text.utf8.count <= 120 else { return nil }
        let plain = text.precomposedStringWithCompatibilityMapping.folding(
            options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
        var words: [String] = []
        var word = ""
        for scalar in plain.unicodeScalars {
            if scalar.properties.isAlphabetic {
                word.unicodeScalars.append(scalar)
            } else if scalar.properties.generalCategory == .format || scalar == "'" || scalar == "’" {
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

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation, .control:
            true
        default: false
        }
    }

    /// Each language's words as a person writes them; under "" those that are used everywhere.
    static let spelt: [(language: String, words: [String])] = [
        ("", ["STOP", "STOPP", "STOP ALL", "STOPALL", "UNSUBSCRIBE", "OPT OUT", "OPTOUT"]),
        (
            "de",
            [
                "ABMELDEN", "ABMELDUNG", "ABBESTELLEN", "AUSTRAGEN", "WIDERRUF", "WIDERRUFEN", "ICH WIDERRUFE",
                "KEINE NACHRICHTEN MEHR",
            ]
        ),
        ("en", ["WITHDRAW", "WITHDRAW CONSENT", "REMOVE ME", "NO MORE MESSAGES"]),
        ("fr", ["ARRÊT", "ARRÊTER", "DÉSABONNER", "ME DÉSABONNER", "DÉSINSCRIRE", "ME DÉSINSCRIRE", "DÉSINSCRIPTION"]),
        ("es", ["BAJA", "CANCELAR", "DARME DE BAJA", "DAR DE BAJA", "NO MÁS MENSAJES"]),
        ("it", ["BASTA", "CANCELLA", "CANCELLAMI", "DISISCRIVIMI", "ANNULLA ISCRIZIONE", "REVOCA"]),
        ("pl", ["REZYGNUJĘ", "WYPISZ", "WYPISZ MNIE", "WYCOFUJĘ ZGODĘ"]),
        ("nl", ["AFMELDEN", "UITSCHRIJVEN", "STOPPEN"]), ("pt", ["SAIR", "PARAR", "REMOVER"]),
        ("cs", ["ODHLÁSIT"]), ("da", ["AFMELD"]), ("sv", ["AVSLUTA", "AVREGISTRERA"]), ("ro", ["DEZABONARE"]),
        ("hu", ["LEIRATKOZÁS"]),
    ]

    private static let words: [String: String] = spelt.reduce(into: [:]) { words, entry in
        for word in entry.words {
            // `ł` and `ø` have no accent that could be taken off; nobody's word has them.
            if let key = key(word) { words[key] = entry.language }
        }
    }
}
