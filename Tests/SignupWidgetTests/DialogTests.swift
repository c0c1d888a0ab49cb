import PluginKit
import Testing

@testable import SignupWidget

@Suite struct DialogTests {
    private func config(
        _ setup: SourceSetup = Fixture.setup(), lang: String?, languages: [String] = []
    ) async throws -> PublicAnswer {
        try await SignupWidget().answer(
            Fixture.get(lang: lang, languages: languages), for: setup, by: RecordingHost())
    }

    @Test func `the dialog has all that must be said before agreeing`() async throws {
        let dialog = try await config(lang: "de").json
        #expect(dialog["heading"] == "Chat mit Praxis Dr. Sommer auf WhatsApp")
        #expect(dialog["notice"] == "https://praxis.example/datenschutz")
        #expect(dialog["imprint"] == "https://praxis.example/impressum")
        #expect(dialog["age"] == "Ich bin mindestens 16 Jahre alt.")
        #expect(dialog["withdrawal"]?.string?.contains("jederzeit") == true)
        let purposes = dialog["purposes"]?.array ?? []
        #expect(purposes.map { $0["name"] } == ["service", "marketing", "health"])
        #expect(purposes.map { $0["needed"] } == [true, nil, nil])
        #expect(purposes.map { $0["explicit"] != nil } == [false, false, true])
        // Nothing in it could tick a box.
        #expect(!dialog.text.contains("checked") && !dialog.text.contains("ticked"))
    }

    @Test(arguments: [
        ("de", "de"), ("de-AT,en", "de"), ("en-GB", "en"), ("fr,en", "en"), ("pl", "en"), ("", "en"), ("de;q=1", "en"),
    ])
    func `the language is the best that is there whole`(wanted: String, shown: String) async throws {
        #expect(try await config(lang: wanted).json["language"]?.string == shown)
    }

    @Test func `browsers may keep it for minutes, but not when the answer hangs on a header`() async throws {
        #expect(try await config(lang: "de").maxAge == 300)
        let other = try await config(lang: nil, languages: ["de"])
        #expect(other.maxAge == nil && other.json["language"] == "de")
    }

    @Test func `a language lacks nothing, or is not offered`() {
        var terms = Fixture.terms
        let plain = WidgetConfiguration()
        #expect(ShownDialog.languages(of: terms, plain) == ["de", "en"])
        terms.purposes[2].texts["en"] = nil
        #expect(ShownDialog.languages(of: terms, plain) == ["de"])
        terms.notice.texts["de"] = nil
        #expect(ShownDialog.languages(of: terms, plain) == [])
        // Case means nothing in a tag.
        terms.notice.texts["DE"] = .init(url: "https://praxis.example/datenschutz")
        #expect(ShownDialog.languages(of: terms, plain) == ["DE"])
        #expect(Fixture.dialog(Fixture.setup(terms: terms), "de-AT")?.purposes.count == 3)
    }

    @Test func `a language that the plugin does not speak comes with the tenant's words, from right to left too`()
        async throws
    {
        var terms = Fixture.terms
        terms.notice.texts["ar"] = .init(url: "https://praxis.example/ar")
        for index in terms.purposes.indices { terms.purposes[index].texts["ar"] = .init(title: "خدمة", text: "نص") }
        #expect(Fixture.dialog(Fixture.setup([:], terms: terms), "ar")?.language == "en")
        let words = JSONObject(Words.names.map { ($0, .string("كلمة {code}{time}{age}")) })
        let configuration: JSON = ["texts": ["ar": .object(words)]]
        #expect(SignupWidget().problems(in: configuration, with: terms).isEmpty)
        let dialog = try await config(Fixture.setup(configuration, terms: terms), lang: "ar").json
        #expect(dialog["language"] == "ar" && dialog["dir"] == "rtl")
        #expect(dialog["words"]?["agree"]?.string?.hasPrefix("كلمة") == true)
    }

    @Test(arguments: [
        ("de", false), ("ar", true), ("AR-eg", true), ("he", true), ("fa", true), ("az-Latn", false),
        ("ar-Latn", false),
    ])
    func `direction follows the language`(language: String, isRightToLeft: Bool) {
        #expect(LanguageTag.isRightToLeft(language) == isRightToLeft)
    }

    @Test func `what is shown is named by versions, and every word counts`() throws {
        let shown = try #require(Fixture.dialog()?.shown)
        #expect(shown["setup"] == 4 && shown["notice"] == "2026-03")
        #expect(shown["purposes"] == ["service": 3, "marketing": 1, "health": 2])
        #expect(shown["digest"]?.string?.count == 64)
        #expect(Fixture.dialog()?.shown == shown)
        // Colours are no words.
        let coloured = Fixture.setup(["needed": ["service"], "colour": "#1A7F37"])
        #expect(Fixture.dialog(coloured)?.shown == shown)
    }

    @Test func `nothing to show whole is said as such`() async throws {
        var terms = Fixture.terms
        terms.purposes = []
        let answer = try await config(Fixture.setup([:], terms: terms), lang: "de")
        #expect(answer.status == 503 && answer.json["code"] == "no_chat" && answer.maxAge == nil)
    }
}
