import Foundation
import PluginKit
import Testing

@testable import Declared

@Suite struct DeclarationTests {
    private func event(_ change: JSON = [:]) throws -> ConsentEventDraft {
        try Submission.event(Submission.changed(change))
    }

    @Test func `a good declaration becomes a consent event`() throws {
        let draft = try event()
        #expect(draft.kind == .granted)
        #expect(draft.purpose == "service")
        #expect(draft.occurredAt == Date(timeIntervalSince1970: 1_772_267_400))
        #expect(draft.expiresAt == nil)
    }

    @Test(arguments: [("granted", ConsentEventKind.granted), ("refused", .refused), ("withdrawn", .withdrawn)])
    func `a tenant can state that a person agreed, refused or withdrew`(word: String, kind: ConsentEventKind) throws {
        #expect(try event(["state": .string(word)]).kind == kind)
    }

    @Test(arguments: ["refused", "withdrawn"])
    func `a refusal and a withdrawal need no text, for withdrawing is as easy as agreeing`(state: String) throws {
        let draft = try event(["state": .string(state), "evidence": ["method": "phone"]])
        #expect(draft.evidence["method"] == "phone" && draft.evidence["text"] == nil)
    }

    @Test(arguments: ["service", "marketing", "a", "health_data", "news-2026"])
    func `a purpose is the tenant's own word`(purpose: String) throws {
        #expect(try event(["purpose": .string(purpose)]).purpose == purpose)
    }

    static let times: [(String, Double)] = [
        ("2026-03-01T12:00:00Z", 1_772_366_400), ("2026-03-01T12:05:00Z", 1_772_366_700),
        ("2026-03-01T13:00:00+01:00", 1_772_366_400),
        ("2000-01-01T00:00:00Z", 946_684_800), ("2026-02-28T09:30:00.5Z", 1_772_271_000.5),
    ]

    @Test(arguments: times)
    func `the time of the act is the one declared, up to five minutes ahead of our clock`(text: String, seconds: Double)
        throws
    {
        #expect(try event(["occurred_at": .string(text)]).occurredAt == Date(timeIntervalSince1970: seconds))
    }

    @Test func `an end is kept, also one that is past already`() throws {
        #expect(
            try event(["expires_at": "2027-02-28T09:30:00Z"]).expiresAt == Date(timeIntervalSince1970: 1_803_807_000))
        #expect(
            try event(["expires_at": "2026-02-28T08:30:01Z"]).expiresAt == Date(timeIntervalSince1970: 1_772_267_401))
    }

    @Test func `all evidence is kept as it was given, with who declared it and when we heard of it`() throws {
        let given: JSON = [
            "method": "web_form", "text": "  Ich stimme zu, dass …\n😀 ", "language": "de", "text_version": "3",
            "privacy_notice_url": "https://praxis.test/datenschutz", "reference": "form 4711",
            "collected_by": "Empfang", "note": "in Eile", "explicit": true, "age_confirmed": 16,
        ]
        let evidence = try event(["evidence": given]).evidence
        for (name, value) in given.object?.members ?? [] { #expect(evidence[name] == value, "\(name)") }
        #expect(evidence["declared_at"] == "2026-03-01T12:00:00Z")
        #expect(evidence["source"] == "eu.obhut.declared@1.0.0")
        #expect(evidence.object?.members.count == 12)
    }

    @Test(arguments: Evidence.methods)
    func `every method that is documented is taken`(method: String) throws {
        #expect(try event(["evidence.method": .string(method)]).evidence["method"] == .string(method))
    }

    @Test func `a consent from a mere list needs no text`() throws {
        #expect(try event(["evidence": ["method": "import"]]).evidence["text"] == nil)
    }

    @Test func `every field that a declaration has can be a column, of its kind`() throws {
        let columns = Declared().importColumns
        #expect(Set(columns.map(\.path)).count == columns.count)
        for column in columns where column.path.hasPrefix("evidence.") && column.path != "evidence.method" {
            let value: JSON =
                switch column.kind {
                case .text: column.path.hasSuffix("url") ? "https://praxis.test/" : "de"
                case .number: 18
                case .flag: true
                }
            let draft = try event([column.path: value])
            #expect(draft.evidence[String(column.path.dropFirst("evidence.".count))] == value, "\(column.path)")
        }
    }

    @Test(arguments: ["de", "de-AT", "zh-Hant-TW", "x-klingon", "EN", "de-1996"])
    func `a language is a tag of BCP 47`(language: String) throws {
        #expect(try event(["evidence.language": .string(language)]).evidence["language"] == .string(language))
    }

    @Test func `a text of the longest length is kept whole, and is counted in characters`() throws {
        let text = String(repeating: "👩‍⚕️", count: 10_000)
        #expect(try event(["evidence.text": .string(text)]).evidence["text"] == .string(text))
    }

    @Test func `what the platform reads itself is passed over, and null is as if it were absent`() throws {
        var body = Submission.good.object ?? JSONObject()
        for (name, value) in [
            ("contact", ["phone": "49"]), ("channel_id", "c"), ("source", "declared"), ("expires_at", .null),
        ] as [(String, JSON)] {
            body[name] = value
        }
        #expect(try Submission.event(.object(body)) == event())
    }

    @Test func `nothing leaves through this source`() {
        #expect(Declared().manifest.dataFlows.isEmpty)
        #expect(Declared().schema.fields.isEmpty)
        #expect(Declared().manifest.capabilities == ["granted", "refused", "withdrawn"])
    }
}
