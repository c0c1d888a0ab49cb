import Console
import Foundation
import Platform
import PluginKit
import Testing

@testable import Server

@Suite("Forms of consent terms and set-ups")
struct ConsentFormTests {
    private func fields(_ values: [String: String]) throws -> FormFields {
        func encoded(_ text: String) -> String {
            text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        }
        return try FormFields(Array(values.map { "\(encoded($0))=\(encoded($1))" }.joined(separator: "&").utf8))
    }

    private func problems(_ body: () throws -> Void) -> [String] {
        do {
            try body()
            return []
        } catch {
            return (error as? PlatformError)?.fields.map(\.path).sorted() ?? ["\(error)"]
        }
    }

    private func typed(_ state: FormState, _ change: [String: String] = [:]) throws -> FormFields {
        try fields(state.values.compactMapValues(\.first).merging(change) { $1 })
    }

    private static let profile = ConsentProfile(
        controller: "Praxis", imprintURL: "https://praxis.example/impressum",
        notice: .init(
            version: "2026-03",
            texts: ["de": .init(url: "https://a.example"), "pt-BR": .init(url: "https://b.example")]),
        rules: ConsentRules(quarantineHours: 24, minimumAge: 16, unproven: .allow))

    @Test func `terms come back from their form as they were`() throws {
        #expect(try ConsentTermsForm.profile(typed(ConsentTermsForm.state(of: Self.profile))) == Self.profile)
    }

    @Test func `another language comes in by its own fields, once`() throws {
        let state = ConsentTermsForm.state(of: Self.profile)
        let added = try ConsentTermsForm.profile(
            typed(state, ["other.language": "fr", "other.url": "https://c.example"]))
        #expect(added.notice.texts["fr"]?.url == "https://c.example" && added.notice.texts.count == 3)
        for language in ["de", ""] {
            let again = try typed(state, ["other.language": language, "other.url": "https://c.example"])
            #expect(problems { _ = try ConsentTermsForm.profile(again) } == ["other.language"])
        }
        let taken = try ConsentTermsForm.profile(typed(state, ["notice.de.url": " "]))
        #expect(taken.notice.texts.keys.sorted() == ["pt-BR"])
    }

    @Test(arguments: ["0", "-1", "drei", "721", "1.5", ""])
    func `what is no number of the range is told at its field`(text: String) throws {
        let form = try typed(ConsentTermsForm.state(of: Self.profile), ["quarantine_hours": text])
        #expect(problems { _ = try ConsentTermsForm.profile(form) } == ["quarantine_hours"])
    }

    @Test(
        arguments: [
            ("privacy_notice.version", "notice_version"), ("privacy_notice.texts.de.url", "notice.de.url"),
            ("privacy_notice.texts.fr.url", "other.url"), ("privacy_notice.texts.xx_1", "other.language"),
            ("privacy_notice.texts", "other.language"), ("controller", nil),
        ] as [(String, String?)])
    func `a problem is told where it can be mended`(path: String, field: String?) throws {
        #expect(ConsentTermsForm.field(path, try fields(["other.language": "fr"])) == field)
    }

    @Test func `a purpose comes back from its form as it was`() throws {
        let purpose = PurposeDefinition(
            legalBasis: "Art. 9(2)(a) GDPR", isSpecialCategory: true, isAdvertising: true, validityDays: 30,
            position: 0,
            texts: [
                "de": .init(title: "Gesundheit", text: "Erste Zeile.\nZweite."), "en": .init(title: "A", text: "B"),
            ])
        #expect(try PurposeForm.definition(typed(PurposeForm.state(of: purpose))) == purpose)
        #expect(
            problems { _ = try PurposeForm.definition(fields(["position": "1"])) } == [
                "advertising", "special_category",
            ])
    }

    @Test func `whether people are asked anew is said of each change of a purpose by itself`() throws {
        var purpose = PurposeDefinition(
            legalBasis: "Art. 6(1)(a) GDPR", isSpecialCategory: false, renewsConsent: true, validityDays: nil,
            texts: ["de": .init(title: "A", text: "B")])
        let state = PurposeForm.state(of: purpose)
        #expect(try PurposeForm.definition(typed(state, ["old": "yes", "renews_consent": "yes"])) == purpose)
        purpose.renewsConsent = false
        #expect(try PurposeForm.definition(typed(state, ["old": "yes"])) == purpose)
        // A new one has nothing to renew.
        #expect(try PurposeForm.definition(typed(state, ["renews_consent": "yes"])) == purpose)
        #expect(problems { _ = try PurposeForm.definition(fields(["old": "yes"])) }.contains("renews_consent"))
    }

    // MARK: - Set-ups

    private static let values = SetupValues(
        schema: ConfigurationSchema([
            .init("colour", required: false, help: ""), .init("needed", .list, required: false, help: ""),
            .init("days", .integer(1...9), required: false, help: ""),
            .init("on", .boolean, required: false, help: ""),
        ]))

    @Test(
        arguments: [
            ([:], "{}"), (["configuration.colour": " red "], #"{"colour":"red"}"#),
            (["configuration.needed": "a\r\n\r\n b "], #"{"needed":["a","b"]}"#),
            (["configuration.days": "3", "configuration.on": "false"], #"{"days":3,"on":false}"#),
            // The plugin says what it wants.
            (["configuration.days": "drei"], #"{"days":"drei"}"#),
            (["configuration": #"{"texts":{"de":{"a":"b"}}}"#], #"{"texts":{"de":{"a":"b"}}}"#),
            (["configuration.colour": "x", "configuration": #"{"y":null}"#], #"{"colour":"x","y":null}"#),
        ] as [([String: String], String)])
    func `fields and JSON make one configuration`(form: [String: String], json: String) throws {
        #expect(try Self.values.configuration(fields(form)).text == json)
    }

    @Test(arguments: ["{", "[]", "7", #"{"a":1} x"#, #"{"colour":"a"}"#])
    func `what is no object, or says a field again, is told at the JSON`(text: String) throws {
        let form = try fields(["configuration.colour": "b", "configuration": text])
        #expect(problems { _ = try Self.values.configuration(form) } == ["configuration"])
    }

    @Test func `several problems that have no field of their own are told together at the JSON`() throws {
        let refused = PlatformError(
            .invalid, "Wrong.", remedy: "Mend.",
            fields: [
                .init(path: "configuration.colour", problem: "too light"),
                .init(path: "configuration.texts.de", problem: "too long"), .init(path: "origins[1]", problem: "no"),
                .init(path: "consent_terms.imprint_url", problem: "missing"),
            ])
        let state = try Self.values.state(FormFields(), refusedBy: refused, say: { $0 })
        #expect(
            state.problems == [
                "configuration.colour": "too light", "origins": "no",
                "configuration": "configuration.texts.de: too long; consent_terms.imprint_url: missing",
            ])
    }

    @Test func `a preview holds the tag as it is, and the name as text`() {
        let page = SetupPreview(
            name: "<b>\"A\" & B</b>", sentence: "x", language: "de", snippet: "<script src=\"/a\"></script>")
        #expect(page.html.contains("<script src=\"/a\"></script></body>"))
        #expect(page.html.contains("&lt;b&gt;") && !page.html.contains("<b>"))
        #expect(!SetupPreview.policy.contains("unsafe"))
    }
}
