import Foundation
import Testing

@testable import Platform

@Suite struct AgreementLoadingTests {
    static let standard = String(decoding: PackageResources.standard_en_yaml, as: UTF8.self)

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// In the standard text, once.
        let replaced: String
        let with: String
        /// What the error must name.
        let named: [String]

        init(_ name: String, _ replaced: String, _ with: String, _ named: [String]) {
            testDescription = name
            self.replaced = replaced
            self.with = with
            self.named = named
        }
    }

    static let cases: [Case] = [
        Case(
            "an unknown key", "    title: Security of processing", "    titel: Security",
            ["clauses[10].titel", "title", "line"]),
        Case("an unknown key at the top", "language: en", "language: en\nauthor: me", ["author"]),
        Case("no number", "  - number: \"7\"\n    id", "  - id", ["clauses[6].number", "missing"]),
        Case(
            "no paragraph's number", "      - number: \"7.2\"\n        article", "      - article",
            ["clauses[6].paragraphs[1].number"]),
        Case("a number twice", "number: \"7.2\"", "number: \"7.1\"", ["clauses[6].paragraphs[1].number", "twice"]),
        Case("an id twice", "id: docking", "id: purpose", ["clauses[4].id", "twice"]),
        Case(
            "an unknown variable", "{{objection_days}}", "{{objection_weeks}}",
            ["clauses[13].paragraphs[1].text", "objection_weeks"]),
        Case(
            "an unknown clause", "{{clause.instructions}}", "{{clause.orders}}",
            ["clauses[19].paragraphs[2].text", "clause.orders"]),
        Case(
            "a variable that is never closed", "{{objection_days}}", "{{objection_days",
            ["clauses[13].paragraphs[1].text", "name of a variable"]),
        Case("a variable with a space", "{{objection_days}}", "{{ objection_days }}", ["name of a variable"]),
        Case(
            "emphasis that is never closed", "**{{breach_hours}} hours**", "**{{breach_hours}} hours",
            ["clauses[18].paragraphs[2].text", "never closed"]),
        Case("an unknown language", "language: en", "language: fr", ["language", "de, en"]),
        Case(
            "a provision that is none", "article: 28(3)(g)\n        text: >-\n          After",
            "article: Art. 28\n        text: >-\n          After", ["clauses[20].paragraphs[0].article", "Art. 28"]),
        Case("an empty text", "title: Hierarchy", "title: \"\"", ["clauses[3].title", "not empty"]),
        Case("a list where a text belongs", "title: Hierarchy", "title: [a, b]", ["clauses[3].title"]),
        Case(
            "an annex missing a sentence", "      hosting:", "      hosting_costs:", ["annexes[3].texts.hosting_costs"]),
        Case(
            "a sentence that hides its fact", "({{parent_country}})", "",
            ["annexes[3].texts.parent_third_country", "parent_country"]),
        Case("an unknown annex", "id: measures", "id: tariffs", ["annexes[2].id"]),
        Case("a text that is not YAML", "language: en", "language: [en", ["standard.yaml"]),
        Case("a key twice", "language: en", "language: en\nlanguage: de", ["standard.yaml"]),
    ]

    @Test(arguments: cases)
    func `what is wrong is named`(_ test: Case) throws {
        #expect(Self.standard.contains(test.replaced))
        let source = Self.standard.replacingOccurrences(of: test.replaced, with: test.with)
        let error = try #require(throws: PlatformError.self) {
            try AgreementText.load(Array(source.utf8), file: "standard.yaml")
        }
        #expect(error.code == .invalid)
        for part in test.named + ["standard.yaml"] { #expect(error.message.contains(part), "\(error.message)") }
    }

    @Test(arguments: AgreementText.requiredArticles)
    func `a text without one of the letters is refused`(article: String) throws {
        let source = Self.standard.replacingOccurrences(of: article, with: "28(1)")
        let error = try #require(throws: PlatformError.self) {
            try AgreementText.load(Array(source.utf8), file: "own.yaml")
        }
        #expect(error.message.contains("own.yaml: clauses") && error.message.contains(article))
    }

    static let hostile: [(name: String, source: String)] = [
        ("nothing", ""), ("no mapping", "- a"), ("flow nesting", String(repeating: "[", count: 200_000)),
        ("block nesting", String(repeating: "- ", count: 200_000)),
        ("question marks", String(repeating: "? ", count: 200_000)),
        ("indented nesting", (0..<2000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()),
        ("too much", "id: " + String(repeating: "a", count: 2 << 20)),
        (
            "aliases that multiply",
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
                + "bcdefgh".map {
                    "\($0): &\($0) [" + Array(repeating: "*\(previous($0))", count: 9).joined(separator: ",") + "]\n"
                }
                .joined()
        ),
        ("two documents", standard + "---\nid: b\n"),
    ]

    private static func previous(_ letter: Character) -> Character {
        Character(UnicodeScalar((letter.asciiValue ?? 98) - 1))
    }

    @Test(arguments: hostile.map(\.name))
    func `hostile bytes are refused, and end nothing`(name: String) throws {
        let source = try #require(Self.hostile.first { $0.name == name }?.source)
        #expect(throws: PlatformError.self) { try AgreementText.load(Array(source.utf8), file: "hostile.yaml") }
    }

    @Test func `aliases that multiply are refused for what they are`() throws {
        let source = try #require(Self.hostile.first { $0.name == "aliases that multiply" }?.source)
        let error = try #require(throws: PlatformError.self) {
            try AgreementText.load(Array(source.utf8), file: "hostile.yaml")
        }
        #expect(error.message.contains("too many entries"))
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        #expect(throws: PlatformError.self) { try AgreementText.load([0x69, 0x64, 0x3A, 0xFF, 0xFE], file: "x") }
    }
}
