import Foundation
import PluginKit
import Testing

@testable import Chatbot

@Suite struct ScriptTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        var configuration: JSON
        var field: String
        var problem: String
        var terms: String
        var testDescription: String { "\(field): \(configuration.text.prefix(80))" }

        /// - Parameter problem: a part of the sentence.
        init(_ configuration: JSON, _ field: String, _ problem: String, terms: String = "mixed") {
            self.configuration = configuration
            self.field = field
            self.problem = problem
            self.terms = terms
        }
    }

    private static func long(_ count: Int) -> JSON { .string(String(repeating: "ä", count: count)) }
    private static func steps(_ id: String, _ change: JSON) -> JSON {
        .object(JSONObject([("steps", .object(JSONObject([(id, change)])))]))
    }
    private static func each(_ text: String) -> JSON {
        .object(JSONObject(Fixture.languages.map { ($0, .string(text)) }))
    }

    static let wrong: [Wrong] = [
        Wrong([], "(configuration)", "expected an object, found an array"),
        Wrong("x", "(configuration)", "found a string"),
        Wrong(["extends": "mine"], "extends", "default"),
        Wrong(["langauges": ["de"]], "langauges", "no such field; known are extends, greeting, languages"),
        Wrong(["languages": []], "languages", "give a list"), Wrong(["languages": "de"], "languages", "give a list"),
        Wrong(["languages": ["de", "nl"]], "languages[1]", "can be one of de, en, es, fr, it, pl"),
        Wrong(["languages": ["de", "de"]], "languages[1]", "twice"),
        Wrong(["start": "begin"], "start", "there is no step begin"),
        Wrong(["start": 1], "start", "expected text"),
        Wrong(["start": .null], "start", "missing"),
        Wrong(["wait_minutes": 0], "wait_minutes", "1 to 720"),
        Wrong(["reminder": ["after_minutes": 1440]], "reminder.after_minutes", "5 to 1380"),
        Wrong(["reminder": ["after_hours": 2]], "reminder.after_hours", "no such field"),
        Wrong(["greeting": ["de": ""]], "greeting.de", "empty"),
        Wrong(["greeting": ["de": 1]], "greeting.de", "expected text"),
        Wrong(["greeting": ["de": .null]], "greeting.de", "de is one of the languages"),
        Wrong(["greeting": ["nl": "Hallo"]], "greeting.nl", "no such language"),
        Wrong(["greeting": "Hallo"], "greeting", "a text for each language"),
        Wrong(
            ["greeting": ["de": "Hier ist {name}."]], "greeting.de",
            "no placeholder {name} here; known are {age}, {controller}"),
        Wrong(["greeting": ["de": "{purpose.text}"]], "greeting.de", "no placeholder {purpose.text} here"),
        Wrong(["greeting": ["de": long(900)]], "steps.first.texts.de", "at most 1024 characters in WhatsApp"),
        Wrong(["steps": .null], "steps", "give an object"), Wrong(["steps": []], "steps", "give an object"),
        Wrong(steps("First", ["kind": "say"]), "steps.First", "begins with a letter"),
        Wrong(steps("x", "say"), "steps.x", "give an object with a kind"),
        Wrong(steps("x", ["kind": "jump"]), "steps.x.kind", "say, age, choice, consent, end"),
        Wrong(steps("x", ["kind": "say", "texts": each("x"), "next": "age"]), "steps.x", "no step leads here"),
        Wrong(steps("first", ["next": "nowhere"]), "steps.first.next", "there is no step nowhere"),
        Wrong(steps("first", ["declined": "nowhere"]), "steps.first.declined", "there is no step nowhere"),
        Wrong(steps("further", ["next": .null]), "steps.further.next", "missing"),
        Wrong(steps("age", ["declined": .null]), "steps.age.declined", "too young"),
        Wrong(steps("first", ["agree": .null]), "steps.first.agree", "a way to agree"),
        Wrong(steps("first", ["decline": .null]), "steps.first.decline", "as easy as agreeing"),
        Wrong(steps("first", ["decline": ["fr": .null]]), "steps.first.decline.fr", "missing"),
        Wrong(steps("first", ["decline": ["de": "Ich stimme zu"]]), "steps.first", "the same title in de"),
        Wrong(
            steps("first", ["agree": ["de": "Ja, ich stimme allem zu"]]), "steps.first.agree.de",
            "a button has at most 20"),
        Wrong(
            steps("first", ["footer": ["de": "{stop} Wer nicht mehr möchte, schreibt jederzeit einfach dieses Wort"]]),
            "steps.first.footer.de", "a footer for service has at most 60"),
        Wrong(
            steps("first", ["footer": ["de": "Jederzeit widerrufbar."]]), "steps.first.footer.de", "must hold {stop}"),
        Wrong(
            steps("first", ["texts": ["de": "{purpose.text} {notice}"]]), "steps.first.texts.de",
            "must hold {controller}"),
        Wrong(
            steps("first", ["texts": ["de": "{purpose.text} {controller}"]]), "steps.first.texts.de",
            "must hold {notice}"),
        Wrong(
            steps("first", ["texts": ["de": "{notice} {controller}"]]), "steps.first.texts.de",
            "must hold {purpose.text}"),
        Wrong(steps("first", ["purposes": "all"]), "steps.first.purposes", "first, rest or special"),
        Wrong(steps("first", ["purposes": ["surveys"]]), "steps.first.purposes[0]", "no purpose of this name"),
        Wrong(steps("first", ["purposes": ["news", "news"]]), "steps.first.purposes[1]", "twice"),
        Wrong(steps("further", ["purposes": ["news", "health"]]), "steps.further.explicit", "Art. 9(2)(a)"),
        Wrong(steps("special", ["explicit": false]), "steps.special.explicit", "health concerns special categories"),
        Wrong(steps("special", ["explicit": "yes"]), "steps.special.explicit", "expected true or false"),
        Wrong(steps("first", ["if": ["agreed": "surveys"]]), "steps.first.if.agreed", "no purpose surveys"),
        Wrong(steps("first", ["if": ["language": "nl"]]), "steps.first.if.language", "none of the languages"),
        Wrong(steps("first", ["if": [:]]), "steps.first.if", "give agreed"),
        Wrong(steps("first", ["if": ["asked": "x"]]), "steps.first.if.asked", "no such field"),
        Wrong(steps("handed_over", ["outcome": "sell"]), "steps.handed_over.outcome", "admit, refuse, leave"),
        Wrong(steps("handed_over", ["outcome": "leave"]), "steps", "outcome admit"),
        Wrong(steps("handed_over", ["if": ["agreed": "*"]]), "steps.handed_over.else", "where to go"),
        Wrong(steps("further", ["next": "first"]), "steps.special", "no step leads here"),
        Wrong(
            ["steps": ["further": ["next": "special"], "special": ["next": "further"]]], "steps.further",
            "a loop without an exit"),
        Wrong(
            [
                "steps": [
                    "hum": ["kind": "say", "texts": each("x"), "next": "haw"],
                    "haw": [
                        "kind": "say", "texts": each("x"),
                        "next": "hum", "if": ["agreed": "news"], "else": "special",
                    ], "further": ["next": "hum"],
                ]
            ],
            "steps.hum", "said in a loop"),
        Wrong(["start": "first"], "steps.first", "minimum age", terms: "age"),
        Wrong(steps("age", ["if": ["language": "de"], "else": "first"]), "steps.first", "minimum age", terms: "age"),
        Wrong(steps("handed_over", ["texts": ["de": long(4097)]]), "steps.handed_over.texts.de", "at most 4096"),
        Wrong(["stopped": ["de": long(4097)]], "stopped.de", "at most 4096"),
        Wrong(steps("q", ["kind": "choice", "texts": each("?"), "options": []]), "steps.q.options", "1 to 3 options"),
        Wrong(
            steps("q", ["kind": "choice", "texts": each("?"), "options": [["id": "a", "titles": each("A")]]]),
            "steps.q.options[0].next", "missing"),
        Wrong(
            steps(
                "q",
                [
                    "kind": "choice", "texts": each("?"),
                    "options": [["id": "a", "titles": each("A"), "next": "first", "language": "nl"]],
                ]),
            "steps.q.options[0].language", "none of the languages"),
    ]

    @Test(arguments: wrong)
    func `what is wrong is named by its path, with what is wanted`(row: Wrong) throws {
        let problems = Chatbot().problems(in: row.configuration, with: try Fixture.terms(row.terms))
        #expect(
            problems.contains { $0.field == row.field && $0.problem.contains(row.problem) },
            "\(problems.map(\.description).joined(separator: "\n"))")
    }

    @Test func `everything wrong is told at once`() throws {
        let configuration: JSON = [
            "wait_minutes": 0, "start": "begin",
            "steps": ["first": ["agree": .null, "footer": ["de": "x", "fr": "{y}"]]],
        ]
        let fields = Set(Chatbot().problems(in: configuration, with: try Fixture.terms("service")).map(\.field))
        #expect(
            fields == ["wait_minutes", "start", "steps.first.agree", "steps.first.footer.de", "steps.first.footer.fr"])
    }

    @Test(arguments: ["service", "mixed", "health", "age"])
    func `the default script has nothing wrong in any language`(name: String) throws {
        let terms = try Fixture.terms(name)
        #expect(Chatbot().problems(in: [:], with: terms) == [])
        #expect(Chatbot().problems(in: .null, with: terms) == [])
        for language in Fixture.languages {
            #expect(
                Chatbot().problems(
                    in: ["languages": .array([.string(language)]), "reminder": ["after_minutes": 60]], with: terms)
                    == [])
        }
        #expect(Script.read([:], with: terms).script?.languages == DefaultScript.languages)
    }

    @Test func `the default texts leave five hundred characters for a purpose, in every language`() throws {
        var terms = try Fixture.terms("mixed")
        for index in terms.purposes.indices {
            for language in Fixture.languages {
                terms.purposes[index].texts[language]?.text = String(repeating: "x", count: 500)
            }
        }
        #expect(Chatbot().problems(in: ["reminder": ["after_minutes": 60]], with: terms) == [])
        for language in Fixture.languages {
            terms.purposes[0].texts[language]?.text = String(repeating: "x", count: 1000)
        }
        let problems = Chatbot().problems(in: [:], with: terms)
        #expect(Set(problems.map(\.field)) == Set(Fixture.languages.map { "steps.first.texts.\($0)" }))
        #expect(problems.allSatisfy { $0.problem.contains("for service has at most 1024") })
    }

    @Test func `only languages in which the terms stand are spoken`() throws {
        var terms = try Fixture.terms("mixed")
        terms.purposes[1].texts = ["de-AT": .init(title: "Neues", text: "Neues."), "pl": .init(title: "N", text: "N.")]
        #expect(Script.read([:], with: terms).script?.languages == ["de", "pl"])
        let problems = Chatbot().problems(in: ["languages": ["de", "fr"]], with: terms)
        #expect(problems == [.init(field: "languages[1]", problem: "the purpose news has no text in this language")])
        terms.notice.texts = ["nl": .init(url: "https://praxis.test/nl")]
        #expect(Chatbot().problems(in: [:], with: terms).map(\.field) == ["languages"])
    }

    @Test func `a configuration names only what differs`() throws {
        let terms = try Fixture.terms("service")
        let script = try #require(
            Script.read(["languages": ["de"], "greeting": ["de": "Servus, {controller} hier."]], with: terms).script)
        #expect(script.greeting["de"] == "Servus, {controller} hier.")
        #expect(script.stopped["de"] == DefaultTexts.german.stopped)
        #expect(script.reminder == nil)
    }

    @Test func `an own script has its own steps, choices and conditions`() throws {
        let terms = try Fixture.terms("mixed")
        let configuration = try Fixture.json("chatbot-terms/own-script.json")
        #expect(Chatbot().problems(in: configuration, with: terms) == [])
        let setup = SourceSetup(id: "s", version: 1, configuration: configuration, terms: terms, channelAddress: nil)
        let transcript = Chatbot().preview(
            [.init(.writes("?")), .init(.writes("english")), .init(.presses("agree")), .init(.presses("decline"))],
            in: setup, languages: ["de"], from: Fixture.start)
        let text = transcript.description
        #expect(text.contains("Sprache / Language"), "\(text)")
        #expect(text.contains("Only news are left."), "\(text)")
        #expect(text.hasSuffix("Welcome.\n! refused news\n= admitted"), "\(text)")
    }

    @Test func `what is put in is not looked at again, and a line without its value is left out`() {
        let values = ["controller": "{notice} & Söhne", "notice": "https://x.test"]
        #expect(
            Placeholders.fill("Hier ist {controller}.\nImpressum: {imprint}\nMehr: {notice}", with: values)
                == "Hier ist {notice} & Söhne.\nMehr: https://x.test")
        #expect(Placeholders.fill("Preis: 5 } und {", with: values) == "Preis: 5 } und {")
    }
}
