import ConsoleSamples
import Foundation
import Testing

@testable import Console

@Suite("Words, numbers and times by language")
struct WordsTests {
    private static func words(_ language: Language) throws -> Words {
        let catalogue = try #require(PageTests.console.get().catalogues[language])
        return Words(language: language, catalogue: catalogue, zone: TimeZone(identifier: "Europe/Berlin") ?? .gmt)
    }

    private static let date = Date(timeIntervalSince1970: 1_795_510_800)

    @Test("a number has its language's separators", arguments: [(Language.german, "12.408"), (.english, "12,408")])
    func numbers(_ language: Language, _ expected: String) throws {
        #expect(try Self.words(language).number(12_408) == expected)
    }

    @Test("a day is written out", arguments: [(Language.german, "24. November 2026"), (.english, "24 November 2026")])
    func days(_ language: Language, _ expected: String) throws {
        #expect(try Self.words(language).day(Self.date) == expected)
    }

    @Test("a time has its zone, and its instant for the browser", arguments: Language.allCases)
    func moments(_ language: Language) throws {
        let moment = try Self.words(language).moment(Self.date)
        #expect(moment.iso == "2026-11-24T09:00:00Z")
        #expect(moment.text.contains("10:00"))
        #expect(moment.text.hasSuffix("MEZ") || moment.text.hasSuffix("CET") || moment.text.hasSuffix("GMT+1"))
    }

    @Test("one and many differ")
    func counts() throws {
        #expect(try Self.words(.german).count("tenant.channel_count", 1) == "1 Kanal")
        #expect(try Self.words(.german).count("tenant.channel_count", 0) == "0 Kanäle")
        #expect(try Self.words(.english).count("tenant.channel_count", 2_000) == "2,000 channels")
    }

    @Test("a value that looks like a place for another is left alone")
    func values() throws {
        let text = try Self.words(.english)("agreement.subtitle", ["name": "{version}", "version": "3"])
        #expect(text == "Agreement with {version}, version 3")
    }

    @Test(
        "the browser's wish is followed",
        arguments: [
            ("de-AT,de;q=0.9,en;q=0.8", Language.german), ("en-GB", .english), ("fr, de;q=0.2", .german),
            ("fr", .english), ("", .english), ("en;q=0.1, de;q=0.7", .german), ("de;q=0", .english), (";;,q", .english),
        ])
    func accepted(_ header: String, _ expected: Language) {
        #expect(Language.accepted(header) == expected)
    }

    @Test("the navigation shows what the reader may see")
    func navigation() throws {
        let sample = try #require(Sample.all.first { $0.name == "tenants-filtered" })
        let html = try PageTests.console.get().render(sample.page, in: sample.frame(.english))
        #expect(html.contains("href=\"/console/audit\""))
        #expect(html.contains("href=\"/console/account\""))
        #expect(html.contains("href=\"/console/tenants\" aria-current=\"page\""))
        #expect(!html.contains("href=\"/console/staff\""))
        #expect(!html.contains("href=\"/console/approvals\""))
    }

    @Test("a password that was typed is not sent back")
    func passwords() throws {
        let page = SignInPage(
            allowsPassword: true, providers: [],
            form: FormState(["email": "a@b.example", "password": "hunter2hunter2"]))
        let sample = try #require(Sample.all.first { $0.name == "sign-in" })
        let html = try PageTests.console.get().render(page, in: sample.frame(.english))
        #expect(html.contains("a@b.example"))
        #expect(!html.contains("hunter2"))
    }
}
