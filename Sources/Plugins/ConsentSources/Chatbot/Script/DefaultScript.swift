import PluginKit

/// The script that is played when a configuration is `{}`, and which others change.
enum DefaultScript {
    /// In the order in which people of whom nothing is known are addressed.
    static let languages = ["de", "en", "fr", "es", "it", "pl"]

    private static let texts: [String: DefaultTexts] = [
        "de": .german, "en": .english, "fr": .french, "es": .spanish, "it": .italian, "pl": .polish,
    ]

    static let json: JSON = [
        "start": "age",
        "greeting": each(\.greeting),
        "unclear": each(\.unclear),
        "stopped": each(\.stopped),
        // Nobody is reminded unless the configuration gives `after_minutes`.
        "reminder": ["texts": each(\.reminder)],
        "wait_minutes": 15,
        "steps": [
            "age": [
                "kind": "age", "texts": each(\.age), "agree": each(\.yes), "decline": each(\.no), "next": "first",
                "declined": "too_young",
            ],
            // Who does not want the first is not asked for more.
            "first": [
                "kind": "consent", "purposes": "first", "texts": each(\.first), "footer": each(\.footer),
                "agree": each(\.agree), "decline": each(\.decline), "next": "further", "declined": "refused",
            ],
            "further": [
                "kind": "consent", "purposes": "rest", "texts": each(\.further), "footer": each(\.footer),
                "agree": each(\.agree), "decline": each(\.decline), "next": "special",
            ],
            "special": [
                "kind": "consent", "purposes": "special", "explicit": true, "texts": each(\.special),
                "footer": each(\.footer), "agree": each(\.agreeExplicitly), "decline": each(\.decline),
                "next": "handed_over",
            ],
            "handed_over": ["kind": "end", "outcome": "admit", "texts": each(\.handedOver)],
            "refused": ["kind": "end", "outcome": "refuse", "texts": each(\.refused)],
            "too_young": [
                "kind": "end", "outcome": "refuse", "texts": each { "\($0.tooYoung) \($0.deleted)" },
                "page": each(\.tooYoung),
            ],
        ],
    ]

    private static func each(_ text: (DefaultTexts) -> String) -> JSON {
        .object(
            JSONObject(
                languages.compactMap { language in
                    texts[language].map { (language, .string(text($0))) }
                }))
    }
}
