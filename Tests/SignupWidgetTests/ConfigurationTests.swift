import PluginKit
import Testing

@testable import SignupWidget

@Suite struct ConfigurationTests {
    @Test(
        arguments: [
            [:], ["mode": "inline"], ["corner": "top-start", "scheme": "dark"],
            ["colour": "#0b6b50", "colour_dark": "#5CC3A0"],
            ["needed": ["service", "health"]], ["contact": "tel:+4930901820"],
            ["contact": "mailto:praxis@praxis.example"],
            ["texts": ["de": ["button": "Schreiben Sie uns", "message": "Hallo {code}"], "fr": [:]]],
            ["colour": .null],
        ] as [JSON])
    func `these can be used`(configuration: JSON) {
        #expect(SignupWidget().problems(in: configuration, with: Fixture.terms) == [])
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var field: String
        var configuration: JSON
        var problem: String
        var testDescription: String { configuration.text }

        init(_ field: String, _ configuration: JSON, _ problem: String) {
            (self.field, self.configuration, self.problem) = (field, configuration, problem)
        }
    }

    static let wrong: [Wrong] = [
        Wrong("", [], "found an array"), Wrong("color", ["color": "#000000"], "no such field"),
        Wrong("mode", ["mode": "popup"], "floating, inline"), Wrong("mode", ["mode": 1], "floating, inline"),
        Wrong("corner", ["corner": "bottom-right"], "bottom-end, bottom-start, top-end, top-start"),
        Wrong("scheme", ["scheme": "sepia"], "auto, light, dark"),
        Wrong("colour", ["colour": "green"], "#RRGGBB"), Wrong("colour", ["colour": "#fff"], "#RRGGBB"),
        Wrong("colour", ["colour": "#+12345"], "#RRGGBB"), Wrong("colour", ["colour": "#-12345"], "#RRGGBB"),
        Wrong("colour", ["colour": "#25D366;}"], "#RRGGBB"),
        Wrong("colour", ["colour": "#25D366"], "contrast of 1.98 to the dialog's ground #FFFFFF"),
        Wrong("colour", ["colour": "#959595"], "contrast of 2.99"),
        Wrong("colour_dark", ["colour_dark": "#333333"], "the nearest that has it is #"),
        Wrong("needed", ["needed": ["spying"]], "no purpose spying"), Wrong("needed", ["needed": "service"], "list"),
        Wrong("needed", ["needed": ["service", "service"]], "twice"),
        Wrong("contact", ["contact": "javascript:alert(1)"], "https://, mailto: or tel:"),
        Wrong("contact", ["contact": "http://praxis.example"], "https://"),
        Wrong("texts", ["texts": ["de"]], "found an array"), Wrong("texts.d e", ["texts": ["d e": [:]]], "BCP 47"),
        Wrong("texts.de.botton", ["texts": ["de": ["botton": "x"]]], "no such field"),
        Wrong("texts.de.button", ["texts": ["de": ["button": " "]]], "at most 120"),
        Wrong(
            "texts.de.button", ["texts": ["de": ["button": .string(String(repeating: "x", count: 121))]]], "at most 120"
        ),
        Wrong("texts.de.message", ["texts": ["de": ["message": "Hallo"]]], "{code}"),
        Wrong("texts.de.until", ["texts": ["de": ["until": "bald"]]], "{time}"),
        Wrong("texts.nl", ["texts": ["nl": ["button": "Chat"]]], "age, ageMissing, agree, cancel"),
        Wrong("evidence", ["evidence": ["address_days": 30]], "no such field"),
    ]

    @Test(arguments: wrong)
    func `what is wrong is named with what would be right`(_ wrong: Wrong) {
        let problems = SignupWidget().problems(in: wrong.configuration, with: Fixture.terms)
        #expect(
            problems.contains { $0.field == wrong.field && $0.problem.contains(wrong.problem) },
            "\(problems.map(\.description))")
    }

    @Test func `all that is wrong is said at once`() {
        let configuration: JSON = ["mode": "x", "colour": "x", "needed": ["x"], "contact": "x"]
        let fields = SignupWidget().problems(in: configuration, with: Fixture.terms).map(\.field)
        #expect(fields == ["mode", "colour", "contact", "needed"])
    }

    @Test func `terms without a common language cannot be shown`() {
        var terms = Fixture.terms
        terms.notice.texts = ["sv": .init(url: "https://praxis.example/sv")]
        let problems = SignupWidget().problems(in: [:], with: terms)
        #expect(problems.map(\.field) == ["texts"])
        #expect(problems.first?.problem.contains("de, en, es, fr, it, pl") == true)
    }

    @Test func `nobody declares through what people act on themselves`() {
        #expect(throws: ConsentRefusal.self) {
            try SignupWidget().consentEvent(from: ConsentSubmission(body: [:], receivedAt: Fixture.now))
        }
        #expect(SignupWidget().manifest.dataFlows.isEmpty)
    }
}
