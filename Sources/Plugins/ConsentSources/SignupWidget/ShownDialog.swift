import Crypto
import PluginKit

/// What a person sees in one language, exactly: made for showing it, and made again when the person has agreed.
struct ShownDialog: Sendable {
    struct Purpose: Sendable, Hashable {
        var name: String
        var version: Int
        var title: String
        /// Says that the consent is explicit, before the text; nil for data that is not specially protected (Art. 9(2)(a) GDPR).
        var explicit: String?
        var text: String
        var isNeeded: Bool
        /// In days.
        var validity: Int?
    }

    let language: String
    let purposes: [Purpose]
    let notice: ConsentTerms.PrivacyNotice.Text
    let noticeVersion: String
    let imprintURL: String?
    let minimumAge: Int?
    private let controller: String
    private let words: [String: String]
    private let configuration: WidgetConfiguration
    private let setupVersion: Int

    /// - Parameter wanted: language tags, the most wanted first.
    /// - Returns: nil when there is nothing that could be shown whole in any language.
    init?(_ setup: SourceSetup, wanted: [String]) {
        let (configuration, _) = WidgetConfiguration.read(setup.configuration)
        let terms = setup.terms
        guard let language = LanguageChoice.best(wanted, of: Self.languages(of: terms, configuration)),
            let notice = terms.notice.texts[in: language],
            let words = Self.words(in: language, configuration)
        else { return nil }
        purposes = terms.purposes.compactMap { purpose in
            purpose.texts[in: language].map {
                Purpose(
                    name: purpose.name, version: purpose.version, title: $0.title,
                    explicit: purpose.isSpecialCategory ? words["explicit"] : nil, text: $0.text,
                    isNeeded: configuration.needed.contains(purpose.name), validity: purpose.validity)
            }
        }
        self.language = language
        self.notice = notice
        noticeVersion = terms.notice.version
        imprintURL = terms.imprintURL
        minimumAge = terms.minimumAge
        controller = terms.controller
        self.words = words
        self.configuration = configuration
        setupVersion = setup.version
    }

    /// Languages in which all is there: a dialog whose notice or whose second box is in another language informs nobody
    /// (Art. 7(2), 12(1) GDPR).
    static func languages(of terms: ConsentTerms, _ configuration: WidgetConfiguration) -> [String] {
        terms.notice.texts.keys.filter { language in
            words(in: language, configuration) != nil && !terms.purposes.isEmpty
                && terms.purposes.allSatisfy { $0.texts[in: language] != nil }
        }.sorted()
    }

    private static func words(in language: String, _ configuration: WidgetConfiguration) -> [String: String]? {
        let base = String(language.lowercased().prefix { $0 != "-" })
        let words = (Words.builtIn(language) ?? [:]).merging(configuration.words[in: base] ?? [:]) { $1 }
            .merging(configuration.words[in: language] ?? [:]) { $1 }
        return Words.names.allSatisfy { words[$0] != nil } ? words : nil
    }

    func word(_ name: String) -> String {
        (words[name] ?? "").replacing("{controller}", with: controller)
            .replacing("{age}", with: minimumAge.map(String.init) ?? "")
    }

    func message(with code: String) -> String { word("message").replacing("{code}", with: code) }

    /// Everything that is read before agreeing.
    private var content: JSONObject {
        var content = JSONObject([
            ("language", .string(language)), ("dir", LanguageTag.isRightToLeft(language) ? "rtl" : "ltr"),
            ("heading", .string(word("heading"))), ("introduction", .string(word("introduction"))),
            (
                "purposes",
                .array(
                    purposes.map { purpose in
                        var json = JSONObject([
                            ("name", .string(purpose.name)), ("title", .string(purpose.title)),
                            ("text", .string(purpose.text)),
                        ])
                        json["explicit"] = purpose.explicit.map(JSON.string)
                        json["needed"] = purpose.isNeeded ? true : nil
                        return .object(json)
                    })
            ),
            ("withdrawal", .string(word("withdrawal"))), ("notice", .string(notice.url)),
        ])
        content["imprint"] = imprintURL.map(JSON.string)
        content["age"] = minimumAge.map { _ in .string(word("age")) }
        return content
    }

    /// Names what was shown: by versions, for people, and by a digest of every word, so that nothing of it can differ unnoticed.
    var shown: JSON {
        var buttons = JSONObject()
        for name in ["purposes", "needed", "voluntary", "agree"] { buttons[name] = .string(word(name)) }
        let read = content.members.map { ($0.name, $0.value) } + [("controls", .object(buttons))]
        let digest = SHA256.hash(data: JSON.object(JSONObject(read)).encoded())
        return [
            "setup": .number(String(setupVersion)), "notice": .string(noticeVersion),
            "purposes": .object(JSONObject(purposes.map { ($0.name, .number(String($0.version))) })),
            "digest": .string(digest.hexadecimal),
        ]
    }

    /// What the script gets.
    var answer: JSON {
        var answer = content
        answer["colours"] = .string(configuration.colours.text)
        answer["scheme"] = configuration.scheme == .auto ? nil : .string(configuration.scheme.rawValue)
        answer["contact"] = configuration.contact.map(JSON.string)
        answer["shown"] = shown
        // The rest of the words; these are in the content already, or go with the message.
        let elsewhere = ["age", "button", "explicit", "heading", "introduction", "loading", "message", "withdrawal"]
        answer["words"] = .object(
            JSONObject(Words.names.filter { !elsewhere.contains($0) }.map { ($0, .string(word($0))) }))
        return .object(answer)
    }
}

extension Dictionary where Key == String {
    /// Case means nothing in a language tag (RFC 5646, 2.1.1).
    subscript(in language: String) -> Value? {
        self[language] ?? first { $0.key.lowercased() == language.lowercased() }?.value
    }
}

extension Sequence where Element == UInt8 {
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}
