import Foundation
import PluginKit
import Testing

@testable import Chatbot

@Suite struct TranscriptTests {
    static let fixtures = Result { try Fixture.all() }

    @Test(arguments: try TranscriptTests.fixtures.get())
    func `a dialogue goes as it is written down`(fixture: Fixture) throws {
        #expect(Chatbot().problems(in: fixture.setup.configuration, with: fixture.setup.terms) == [])
        let transcript = fixture.play()
        try #require(transcript.turns.count == fixture.lines.count)
        for (index, (turn, line)) in zip(transcript.turns, fixture.lines).enumerated() {
            let place: Comment = "line \(index) of \(fixture.testDescription)\n\(transcript.description)"
            #expect(turn.problem == line.problem, place)
            #expect(turn.outcome.word == line.outcome, place)
            #expect(turn.replies.count == line.says.count, place)
            for (reply, expected) in zip(turn.replies, line.says) { check(reply, expected, place) }
            #expect(turn.events.map { "\($0.kind.rawValue) \($0.purpose)" } == line.records.map(Self.name), place)
            for (event, expected) in zip(turn.events, line.records) {
                check(event, expected, turn, fixture, place)
            }
        }
    }

    private static func name(_ record: JSON) -> String {
        "\(record["kind"]?.string ?? "") \(record["purpose"]?.string ?? "")"
    }

    private func check(_ reply: MessageContent, _ expected: JSON, _ place: Comment) {
        let text = reply.fields["body"]?.string ?? reply.fields["body"]?["text"]?.string ?? ""
        let wanted = expected["contains"]?.array ?? []
        #expect(!wanted.isEmpty, place)
        for part in wanted { #expect(text.contains(part.string ?? "?"), place) }
        #expect(!text.contains("{") && !text.contains("}"), place)
        if let footer = expected["footer"] { #expect(reply.fields["footer"]?["text"] == footer, place) }
        if let buttons = expected["buttons"]?.array {
            let titles = (reply.fields["action"]?["buttons"]?.array ?? []).compactMap { $0["reply"]?["title"] }
            #expect(titles == buttons, place)
        }
    }

    private func check(
        _ event: ConsentEventDraft, _ expected: JSON, _ turn: Transcript.Turn, _ fixture: Fixture, _ place: Comment
    ) {
        let evidence = event.evidence
        for (name, value) in expected.object?.members ?? [] where !["kind", "purpose", "text"].contains(name) {
            #expect(evidence[name] == value, "\(name) of \(place)")
        }
        for part in expected["text"]?.array ?? [] {
            #expect(evidence["text"]?.string?.contains(part.string ?? "?") ?? false, place)
        }
        let notice = fixture.setup.terms.notice.texts[fixture.language]
        #expect(evidence["notice"]?["version"] == "2026-03", place)
        #expect(evidence["notice"]?["url"]?.string == notice?.url, place)
        #expect(evidence["notice"]?["sha256"]?.string == notice?.hash, place)
        #expect(evidence["at"]?.string == turn.at.rfc3339 && event.occurredAt == turn.at, place)
        #expect(evidence["source"] == "eu.obhut.chatbot@1.0.0" && evidence["setup"] == "src_1@7", place)
        #expect(evidence["chat"] == "+49 30 901820", place)
        #expect(evidence["entry"]?.string == expected["entry"]?.string ?? fixture.entry ?? "message", place)
        let purpose = fixture.setup.terms.purposes.first { $0.name == event.purpose }
        let end =
            event.kind == .granted ? purpose?.validity.map { turn.at.addingTimeInterval(Double($0) * 86_400) } : nil
        #expect(event.expiresAt == end, place)
    }

    @Test func `all that a person may do is written down, in six languages`() throws {
        let wanted = [
            "agree", "refuse", "silence", "unclear-twice", "stop-midway", "image-first", "two-devices", "flood",
            "mixed", "health",
            "language-switch", "age-refused",
        ]
        #expect(Set(wanted).subtracting(try Fixture.names()).isEmpty)
        #expect(try Self.fixtures.get().count == Fixture.names().count * 6)
    }

    @Test(arguments: ["says", "records", "outcome"])
    func `a fixture that leaves out what it expects is none`(missing: String) throws {
        var expect = JSONObject([("says", []), ("records", []), ("outcome", "asking")])
        func fixture() throws -> Fixture {
            let line: JSON = ["person": ["writes": "Hallo"], "expect": .object(expect)]
            return try Fixture("x", ["terms": "service", "setup": [:], "lines": [line]], in: "de")
        }
        #expect(try fixture().lines.count == 1)
        expect[missing] = nil
        #expect(throws: Fixture.Invalid.self) { try fixture() }
    }

    @Test func `a transcript can be read, and says what cannot be done`() throws {
        let setup = SourceSetup(
            id: "s", version: 1, configuration: [:], terms: try Fixture.terms("service"), channelAddress: nil)
        let transcript = Chatbot().preview(
            [.init(.writes("Hello")), .init(.presses("Buy")), .init(.presses("I agree"))], in: setup,
            from: Fixture.start)
        let text = transcript.description
        #expect(text.hasPrefix("> Hello\nHello, this is Praxis Dr. Winter."))
        #expect(text.contains("[I agree] [Not now]\n= asking"))
        #expect(text.contains("> [Buy]\n? no button Buy is shown\n= asking"))
        #expect(text.hasSuffix("! granted service\n= admitted"))
        #expect(transcript.json.array?.last?["events"]?.array?.first?["evidence"]?["act"] == "button_pressed")
    }
}
