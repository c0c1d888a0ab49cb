import Testing

@testable import Console

@Suite("What the platform says, in the reader's language")
struct SentenceTests {
    private func say(_ sentence: String, in language: Language = .german) throws -> String {
        try PageTests.console.get().say(platform: sentence, in: language)
    }

    @Test(
        "is found with its values, and several sentences after each other",
        arguments: [
            ("this is missing", "Diese Angabe fehlt."), ("give 1 to 200 characters", "Geben Sie 1 bis 200 Zeichen an."),
            ("give at most 50", "Geben Sie höchstens 50 an."),
            ("give at most 50; these are 51", "Geben Sie höchstens 50 an; dies sind 51."),
            ("give at most 1024 bytes", "Geben Sie höchstens 1024 Bytes an."),
            (
                "expected a whole number from 1 to 80, found \"x\"",
                "Erwartet wird eine ganze Zahl von 1 bis 80, angegeben ist „x“."
            ), ("expected text, found nothing", "Erwartet wird ein Text, angegeben ist nichts."),
            (
                "a question with its greeting for service has at most 1024 characters in WhatsApp; this has 2000 with all "
                    + "that is put in",
                "In WhatsApp sind hier höchstens 1024 Zeichen möglich (eine Frage mit Begrüßung, Zweck service); mit allem, "
                    + "was eingesetzt wird, sind es 2000."
            ),
            ("a question for consent must hold {notice}", "Eine Frage nach Einwilligung muss {notice} enthalten."),
            (
                "A tenant that is suspended cannot become draft.",
                "Ein Mandant im Stand „ausgesetzt“ kann nicht in den Stand „Entwurf“ wechseln."
            ), ("It can become suspended or terminated.", "Er kann werden: ausgesetzt, gekündigt."),
            (
                "The access token is invalid or has expired. Make a new token of the system user.",
                "Das Zugriffstoken ist ungültig oder abgelaufen. Erstellen Sie ein neues Token des Systembenutzers."
            ),
        ])
    func isTranslated(_ english: String, _ german: String) throws {
        #expect(try say(english) == german)
        #expect(try say(english, in: .english) == english)
    }

    @Test(
        "is quoted when nobody translated it, whole",
        arguments: [
            "The moon is full.", "this is missing. The moon is full.", "", "give 1 to  characters", "{sentence}",
        ])
    func isQuoted(_ sentence: String) throws {
        #expect(try say(sentence) == "Der Server meldet: " + sentence)
    }

    @Test("has no text that another would be taken for, and keeps the values in every language")
    func patternsAreDistinct() throws {
        let catalogues = try PageTests.console.get().catalogues
        let (english, german) = (try #require(catalogues[.english]).texts, try #require(catalogues[.german]).texts)
        let keys = english.keys.filter { $0.hasPrefix("refused.") && $0 != "refused.other" }
        #expect(keys.count > 150)
        for key in keys {
            let (text, translation) = (english[key] ?? "", german[key] ?? "")
            let names = text.matches(of: /\{([a-z]+)\}/).map { String($0.1) }
            let kept = translation.matches(of: /\{([a-z]+)\}/).map { String($0.1) }
            #expect(Set(kept).isSubset(of: names), "\(key)")
            guard !key.hasPrefix("refused.value.") else { continue }
            #expect(try say(text) == translation, "\(key)")
        }
    }
}
