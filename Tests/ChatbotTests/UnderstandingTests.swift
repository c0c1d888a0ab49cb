import Testing

@testable import Chatbot

@Suite struct UnderstandingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var text: String
        var language: String
        var testDescription: String { "\"\(text)\" in \(language)" }

        init(_ text: String, _ language: String) {
            self.text = text
            self.language = language
        }
    }

    private static func rows(_ texts: [String: [String]]) -> [Row] {
        texts.sorted { $0.key < $1.key }.flatMap { language, texts in texts.map { Row($0, language) } }
    }

    static let yes = rows([
        "de": [
            "ja", "Ja", "JA!", "ja.", " ja \n", "Ja, bitte", "ja gerne", "Ok", "okay", "Einverstanden", "ja, danke",
            "In Ordnung",
        ],
        "en": ["yes", "Yes!", "yes please", "OK", "okay", "yep", "Yes, thanks", "ok please"],
        "fr": ["oui", "Oui !", "d'accord", "D’accord", "d accord", "oui, merci", "ok", "Oui s'il vous plaît"],
        "es": ["si", "sí", "Sí", "¡Sí!", "SÍ, por favor", "vale", "de acuerdo", "si, gracias"],
        "it": ["si", "sì", "Sì, grazie", "va bene", "d'accordo", "ok"],
        "pl": ["tak", "Tak!", "tak, proszę", "zgoda", "dobrze", "ok"],
    ])

    static let consent = rows([
        "de": ["Ich stimme zu", "ja, ich stimme zu", "ich willige ein", "Ich bin einverstanden.", "zustimmen"],
        "en": ["I agree", "yes, I agree", "I consent", "agree"],
        "fr": ["J'accepte", "j’accepte", "je suis d'accord", "oui, je consens"],
        "es": ["Acepto", "sí, acepto", "estoy de acuerdo", "doy mi consentimiento"],
        "it": ["Accetto", "acconsento", "sono d'accordo", "do il mio consenso"],
        "pl": ["Zgadzam się", "wyrażam zgodę", "tak, zgadzam się", "zgadzam sie"],
    ])

    static let no = rows([
        "de": [
            "nein", "Nein!", "nein danke", "jetzt nicht", "Nicht jetzt, bitte", "ich stimme nicht zu",
            "nicht einverstanden", "nee", "nie",
        ],
        "en": ["no", "No.", "no thanks", "no, thank you", "not now", "I don't agree", "I don’t consent", "never"],
        "fr": ["non", "non merci", "pas maintenant", "je ne suis pas d'accord", "je n’accepte pas", "jamais"],
        "es": ["no", "No, gracias", "ahora no", "no acepto", "no estoy de acuerdo"],
        "it": ["no", "No grazie", "non ora", "non accetto", "non sono d'accordo"],
        "pl": ["nie", "Nie, dziękuję", "nie teraz", "nie zgadzam się", "nie wyrażam zgody"],
    ])

    static let stop = rows([
        "de": ["stop", "STOP", "Stopp!", "abmelden", "Widerruf", "keine Nachrichten mehr", "bitte stop"],
        "en": ["stop", "Stop.", "please stop", "unsubscribe", "opt out", "I withdraw my consent"],
        "fr": ["stop", "arrêtez", "désabonnement", "je retire mon consentement"],
        "es": ["stop", "baja", "darme de baja", "retiro mi consentimiento"],
        "it": ["stop", "basta", "revoco il consenso", "disiscrivimi"],
        "pl": ["stop", "wypisz mnie", "cofam zgodę", "Proszę nie pisać"],
    ])

    /// None of these is a yes, a no or a stop.
    static let unclear = rows([
        "de": [
            "", " ", "?", "ja?", "ok?", "Ja, aber", "ja aber nicht heute", "jain", "Jein", "no ok", "nicht ok",
            "ok nicht", "ja nein",
            "nein ja", "nein, doch", "ja ja", "jaja", "ja...", "ja…", "na ja", "naja", "ja wirklich?", "ja/nein",
            "ja oder nein",
            "ich sage nicht ja", "ja, wenn Sie mir sagen, wozu", "\"ja\"", "„ja“", "ja 🙄", "ok 😂", "👍", "j̶a̶",
            "j\u{200B}a",
            "ja\u{202E}", "wofür?", "nicht ja", "kein ja", "nie ja", "ok, danke", "danke", "bitte", "einverstanden?",
            "stop?",
            "Stimmen Sie zu?", "Ich stimme nicht", "ich stimme dem nicht zu, ich stimme zu", "Januar", "jаja",
            "ja\nnein", "1", "x",
            "willige ein nicht",
        ],
        "en": [
            "yes?", "ok?", "yes but", "yes, but no", "no ok", "not ok", "ok no", "maybe", "yes no", "no yes",
            "yes or no", "I don't say yes",
            "okay then why", "yes...", "yeah right", "sure", "ok, thanks", "ok thank you", "thanks", "I agree?",
            "I agree not", "do I agree",
            "I would agree", "I agree if", "never agree yes", "y e s", "yesss", "yes :(", "(yes)", "*yes*?", "оk",
            "ｙｅｓ",
            "yes yes yes no", "not yes", "can't say yes", "stop asking?",
        ],
        "fr": [
            "oui ?", "oui mais", "oui et non", "pas oui", "ok non", "d'accord ?", "si", "bof", "oui…", "merci",
            "peut-être", "ok, merci",
        ],
        "es": [
            "¿sí?", "sí?", "si pero", "si no", "no si", "quizás", "vale?", "gracias", "si y no", "sí...", "si acepto?",
            "tal vez sí",
        ],
        "it": [
            "sì?", "sì ma", "sì e no", "forse", "non va bene", "va bene?", "vale", "grazie", "non sì", "mah", "sì…",
        ],
        "pl": [
            "tak?", "tak, ale", "nie tak", "tak nie", "może", "no", "ja", "ja?", "czy tak", "zgoda?", "dziękuję",
            "no tak", "tak…",
        ],
    ])

    @Test(arguments: yes)
    func `a plain yes is a yes`(row: Row) {
        #expect(Understanding(row.text, in: row.language).answer == .yes)
    }

    @Test(arguments: consent)
    func `a sentence that says what it agrees to do is consent`(row: Row) {
        #expect(Understanding(row.text, in: row.language).answer == .consent)
    }

    @Test(arguments: no)
    func `a plain no is a no`(row: Row) {
        #expect(Understanding(row.text, in: row.language).answer == .no)
    }

    @Test(arguments: stop)
    func `a stop word is one in every language`(row: Row) {
        #expect(Understanding(row.text, in: row.language).answer == .stop)
    }

    @Test(arguments: unclear)
    func `what is not plain is never an answer`(row: Row) {
        let answer = Understanding(row.text, in: row.language).answer
        #expect(answer == .unclear(toQuestion: true) || answer == .unclear(toQuestion: false), "\(answer)")
    }

    @Test(arguments: ["en", "fr", "es", "it"])
    func `an answer in another language is understood, and tells the language`(language: String) {
        #expect(Understanding("ja", in: language) == Understanding("ja", in: "de"))
        #expect(Understanding("ja", in: language).language == "de")
        #expect(Understanding("tak", in: language).answer == .yes)
        #expect(Understanding("nein", in: language).answer == .no)
    }

    @Test func `a word of two languages tells neither`() {
        #expect(Understanding("sì", in: "de").answer == .yes && Understanding("sì", in: "de").language == nil)
        #expect(Understanding("no", in: "de").answer == .no && Understanding("no", in: "de").language == nil)
    }

    @Test(arguments: [
        ("ja, aber", true), ("ok?", true), ("jain", true), ("warum?", true), ("hallo", false), ("", false),
        ("Ich habe seit gestern Husten und möchte wissen, ob ich ja vielleicht kommen kann", false),
    ])
    func `it is told whether a text speaks of the question`(text: String, toQuestion: Bool) {
        #expect(Understanding(text, in: "de").answer == .unclear(toQuestion: toQuestion))
    }

    /// What is on one list must not be on another, not in another language either, but where it is told as a false friend.
    @Test func `no phrase means two things`() {
        var meanings: [String: Set<Answer>] = [:]
        for (language, words) in Words.all {
            for (phrases, answer) in [
                (words.yes, Answer.yes), (words.consent, .consent), (words.no, .no), (words.stop, .stop),
                (words.start, .start),
            ] {
                for phrase in phrases {
                    #expect(Utterance(phrase).phrase == phrase && Utterance(phrase).isPlain, "\(phrase) in \(language)")
                    meanings[phrase, default: []].insert(answer)
                }
            }
        }
        for (phrase, answers) in meanings { #expect(answers.count == 1, "\(phrase): \(answers)") }
    }

    /// Any agreement with a negation, a doubt or a question about it.
    @Test func `no negation of a yes is a yes`() {
        let spoilers = [
            "nicht", "kein", "nein", "not", "no", "never", "don't", "non", "pas", "ne pas", "nunca", "mai", "nie",
            "aber", "but", "mais",
            "pero", "ma", "ale", "vielleicht", "?", "…", "¿", "🙃",
        ]
        for (language, words) in Words.all {
            for phrase in words.yes + words.consent {
                for spoiler in spoilers {
                    for text in ["\(spoiler) \(phrase)", "\(phrase) \(spoiler)", "\(phrase), \(spoiler)"] {
                        let answer = Understanding(text, in: language).answer
                        #expect(answer != .yes && answer != .consent, "\(text) in \(language)")
                    }
                }
            }
        }
    }

    static let languages: [(String, String?)] = [
        ("Guten Tag, ich möchte einen Termin", "de"), ("Hello", "en"), ("Hi, do you speak English?", "en"),
        ("Bonjour, je voudrais un rendez-vous", "fr"), ("Hola", "es"), ("Buongiorno, vorrei un appuntamento", "it"),
        ("Dzień dobry", "pl"), ("Chciałbym umówić wizytę", "pl"), ("English please", "en"),
        ("auf Deutsch, bitte", "de"),
        ("Lena", nil), ("", nil), ("123", nil), ("ok", nil), ("la", nil), ("Olá, gostaria de uma consulta", nil),
        ("Goedemorgen", nil), ("de la", nil), ("Привет", nil),
    ]

    @Test(arguments: languages)
    func `the language of a text is told when it is plain`(text: String, language: String?) {
        #expect(LanguageGuess.language(of: text, among: ["de", "en", "es", "fr", "it", "pl"]) == language)
    }

    @Test func `a language that a set-up does not speak is not taken for a near one`() {
        #expect(LanguageGuess.language(of: "Hola, quiero una cita para mañana", among: ["de", "it"]) == nil)
    }
}
