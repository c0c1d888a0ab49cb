import Foundation
import PluginKit
import Testing

@testable import SignupWidget

@Suite struct AgreeingTests {
    private func agree(
        _ body: JSON, _ setup: SourceSetup = Fixture.setup(), _ host: RecordingHost = RecordingHost(),
        origin: String? = Fixture.origin
    ) async throws -> PublicAnswer {
        try await SignupWidget().answer(Fixture.request(body, origin: origin), for: setup, by: host)
    }

    @Test func `ticking gives a link with a one-time code, and a picture only to whom it helps`() async throws {
        let answer = try await agree(Fixture.ticked())
        #expect(answer.status == 200 && answer.maxAge == nil)
        #expect(answer.json["code"] == "7K3F9-Q2MXA")
        #expect(answer.json["expires"] == "2026-03-03T12:00:00.000Z")
        #expect(
            answer.json["link"] == "https://wa.me/4930901820?text=Guten%20Tag!%20Mein%20Code:%207K3F9-Q2MXA")
        #expect(answer.json["qr"] == nil)
        let pictured = try await agree(Fixture.ticked(["qr": true]))
        #expect(pictured.json["qr"]?.string == "<svg>\(pictured.json["link"]?.string ?? "")</svg>")
    }

    @Test func `what was ticked is kept, each with the exact words, versions, place and time`() async throws {
        let host = RecordingHost()
        _ = try await agree(Fixture.ticked(["purposes": ["health", "service"]]), Fixture.setup(), host)
        let drafts = try #require(await host.kept.first)
        #expect(drafts.map(\.purpose) == ["service", "health"] && drafts.allSatisfy { $0.kind == .granted })
        let service = drafts[0].evidence
        let expected: JSON = [
            "act": "box_ticked", "text": "Termine\nDie Praxis darf mir zu Terminen schreiben.",
            "text_version": "service@3",
            "notice": [
                "version": "2026-03", "url": "https://praxis.example/datenschutz",
                "sha256": .string(String(repeating: "ab", count: 32)),
            ],
            "language": "de", "page": "https://praxis.example/termine", "at": "2026-03-01T12:00:00.000Z",
            "source": "eu.obhut.signup-widget@1.0.0", "setup": "src_1@4", "age_confirmed": 16,
        ]
        for (name, value) in expected.object?.members ?? [] { #expect(service[name] == value, "\(name)") }
        #expect(service["dialog"]?["withdrawal"]?.string?.contains("STOP") == true)
        #expect(service["dialog"]?["heading"] == "Chat mit Praxis Dr. Sommer auf WhatsApp")
        #expect(
            service["dialog"]?["others"] == [
                ["text_version": "marketing@1", "ticked": false], ["text_version": "health@2", "ticked": true],
            ])
    }

    @Test func `specially protected data is agreed to in words that say so`() async throws {
        let host = RecordingHost()
        _ = try await agree(Fixture.ticked(["purposes": ["service", "health"]]), Fixture.setup(), host)
        let drafts = try #require(await host.kept.first)
        #expect(drafts[0].evidence["explicit"] == nil)
        #expect(drafts[1].evidence["explicit"] == true)
        #expect(
            drafts[1].evidence["text"]
                == "Befunde\nBesonders geschützte Daten (Art. 9 DSGVO): Ich willige ausdrücklich ein. Die Praxis darf mir zu Befunden schreiben."
        )
    }

    @Test func `a consent ends when its purpose says so`() async throws {
        let host = RecordingHost()
        _ = try await agree(Fixture.ticked(["purposes": ["service", "marketing"]]), Fixture.setup(), host)
        let drafts = try #require(await host.kept.first)
        #expect(drafts[0].expiresAt == nil)
        #expect(drafts[1].expiresAt == Fixture.now.addingTimeInterval(365 * 86_400))
    }

    @Test(arguments: [
        ("https://praxis.example/a/b?patient=anna#x", "https://praxis.example/a/b"),
        ("https://praxis.example/#/anna", "https://praxis.example/"),
        ("https://praxis.example", "https://praxis.example"),
    ])
    func `of the page only origin and path are kept`(page: String, kept: String) async throws {
        let host = RecordingHost()
        _ = try await agree(Fixture.ticked(["page": .string(page)]), Fixture.setup(), host)
        #expect(await host.kept.first?.first?.evidence["page"] == .string(kept))
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var field: String
        var change: JSON
        var problem: String
        var testDescription: String { "\(field): \(change.text.prefix(60))" }

        init(_ field: String, _ change: JSON, _ problem: String) {
            (self.field, self.change, self.problem) = (field, change, problem)
        }
    }

    static let wrong: [Wrong] = [
        Wrong("purposes", ["purposes": []], "no box was ticked"),
        Wrong("purposes", ["purposes": ["marketing"]], "service is needed"),
        Wrong("purposes", ["purposes": ["service", "service"]], "twice"),
        Wrong("purposes", ["purposes": ["service", "spying"]], "no purpose spying"),
        Wrong("purposes", ["purposes": "service"], "as a list"), Wrong("purposes", ["purposes": [1]], "as a list"),
        Wrong("purposes", ["purposes": .null], "as a list"),
        Wrong("age", ["age": false], "at least 16"), Wrong("age", ["age": .null], "at least 16"),
        Wrong("age", ["age": "yes"], "found a string"), Wrong("qr", ["qr": 1], "found a number"),
        Wrong("language", ["language": .null], "language tag"), Wrong("language", ["language": "d e"], "language tag"),
        Wrong("shown", ["shown": .null], "as it came"), Wrong("shown", ["shown": "x"], "as it came"),
        Wrong("page", ["page": .null], "origin and path"),
        Wrong("page", ["page": "https://evil.example/"], "browser tells"),
        Wrong("page", ["page": "https://praxis.example.evil/"], "browser tells"),
        Wrong("page", ["page": "https://praxis.example/a b"], "origin and path"),
        Wrong("page", ["page": .string("https://praxis.example/" + String(repeating: "a", count: 2000))], "2000 bytes"),
        Wrong("phone", ["phone": "49"], "no such field"),
    ]

    @Test(arguments: wrong)
    func `without the right ticks nothing moves, and the answer says what is missing`(_ wrong: Wrong) async throws {
        let host = RecordingHost()
        let refusal = await #expect(throws: ConsentRefusal.self) {
            try await agree(Fixture.ticked(wrong.change), Fixture.setup(), host)
        }
        #expect(refusal?.field == wrong.field)
        #expect(refusal?.problem.contains(wrong.problem) == true, "\(refusal?.problem ?? "")")
        #expect(await host.kept.isEmpty)
    }

    @Test(arguments: [
        Array("".utf8), Array("[]".utf8), Array("{".utf8), [0xFF],
        Array((String(repeating: "[", count: 9) + String(repeating: "]", count: 9)).utf8),
        Array(repeating: 0x20, count: 16_385),
    ])
    func `a body that is no object is refused`(body: [UInt8]) async throws {
        var request = Fixture.request([:])
        request.body = body
        await #expect(throws: ConsentRefusal.self) {
            try await SignupWidget().answer(request, for: Fixture.setup(), by: RecordingHost())
        }
    }

    @Test func `what no browser sent from a page is refused`() async throws {
        await #expect(throws: ConsentRefusal.self) { try await agree(Fixture.ticked(), origin: nil) }
    }

    /// Ways in which what holds now can differ from what a person saw.
    static let changes: [(String, @Sendable (inout SourceSetup) -> Void)] = [
        ("the set-up's version", { $0.version = 5 }),
        ("a purpose's version", { $0.terms.purposes[0].version = 4 }),
        ("a purpose's text alone", { $0.terms.purposes[1].texts["de"]?.text = "Mehr." }),
        ("one purpose less", { $0.terms.purposes.removeLast() }),
        ("the notice's version", { $0.terms.notice.version = "2026-04" }),
        ("the notice's address", { $0.terms.notice.texts["de"]?.url = "https://praxis.example/neu" }),
        ("the controller", { $0.terms.controller = "Andere" }),
        ("the age", { $0.terms.minimumAge = 18 }),
        ("the imprint", { $0.terms.imprintURL = "https://praxis.example/neu" }),
        ("what is needed", { $0.configuration = [:] }),
        ("the dialog's words", { $0.configuration = ["needed": ["service"], "texts": ["de": ["agree": "Ja"]]] }),
        ("the language is gone", { $0.terms.notice.texts["de"] = nil }),
    ]

    @Test(arguments: changes.indices)
    func `whoever saw other words than those of now is shown these first`(index: Int) async throws {
        let (what, change) = Self.changes[index]
        var setup = Fixture.setup()
        let body = Fixture.ticked(in: setup)
        change(&setup)
        let host = RecordingHost()
        let answer = try await agree(body, setup, host)
        #expect(answer.status == 409 && answer.json["code"] == "texts_changed", "\(what)")
        #expect(await host.kept.isEmpty)
    }

    @Test func `where no chat can be opened nothing is kept`() async throws {
        let host = RecordingHost(number: nil)
        let answer = try await agree(Fixture.ticked(), Fixture.setup(), host)
        #expect(answer.status == 503 && answer.json["code"] == "no_chat")
        #expect(await host.kept.isEmpty)
    }

    @Test func `other paths and methods are not there`() async throws {
        var request = Fixture.request(Fixture.ticked())
        request.path = ["config"]
        #expect(try await SignupWidget().answer(request, for: Fixture.setup(), by: RecordingHost()) == .notFound)
        #expect(
            try await SignupWidget().answer(
                Fixture.get(["agree"], lang: nil), for: Fixture.setup(), by: RecordingHost()) == .notFound)
    }
}
