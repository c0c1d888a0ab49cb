import Foundation
import PluginKit
import Testing

@testable import Chatbot

@Suite struct PageTests {
    @Test(arguments: Fixture.languages)
    func `the page asks what the chat asks, word for word, and records the same`(language: String) async throws {
        let setup = try SourceSetup.onPage("mixed")
        let moves: [Transcript.Act] = [.writes("?"), .presses("agree"), .presses("decline"), .presses("agree")]
        let chat = Chatbot().preview(
            moves.prefix(1 + setup.terms.purposes.count).map { .init($0) }, in: setup, languages: [language],
            from: Fixture.start)
        var page = PageWalk(setup, language)
        try await page.turn()
        for (index, turn) in chat.turns.enumerated() {
            guard turn.outcome.word == "asking" else { break }
            #expect(page.answers[index]["outcome"] == "asking" && page.answers[index]["language"]?.string == language)
            let body = turn.replies.last?.fields["body"]?["text"]?.string
            #expect(page.said.last == body, "turn \(index)")
            #expect(
                page.answers[index]["messages"]?.array?.last?["footer"] == turn.replies.last?.fields["footer"]?["text"])
            guard case .presses(let button) = moves[index + 1] else { continue }
            try await page.press(button)
        }
        let granted = chat.turns.flatMap(\.events).filter { $0.kind == .granted }
        let kept = try #require(await page.host.kept.first)
        #expect(!granted.isEmpty && kept.map(\.purpose) == granted.map(\.purpose))
        for (ours, theirs) in zip(kept, granted) {
            for field in [
                "text", "footer", "buttons", "text_version", "notice", "language", "act", "pressed", "controller",
            ] {
                #expect(ours.evidence[field] == theirs.evidence[field], "\(field)")
            }
            #expect(ours.evidence["page"]?.string == PageWalk.page && ours.evidence["entry"] == "page")
            #expect(!ours.evidence.text.contains("anna"))
        }
    }

    @Test func `who agreed gets a link with the code, its picture, and no state`() async throws {
        var page = PageWalk(try .onPage("service"))
        try await page.turn()
        let last = try await page.press("agree")
        #expect(last["outcome"] == "admitted" && last["state"] == nil)
        #expect(page.said.count == 1 && page.said[0].contains("Erst damit gilt Ihre Einwilligung"))
        #expect(last["go_on"]?["link"] == "https://wa.me/4930901820?text=Guten%20Tag!%20Mein%20Code:%207K3F9-Q2MXA")
        #expect(last["go_on"]?["code"] == "7K3F9-Q2MXA")
        #expect(
            last["go_on"]?["expires"]?.string.flatMap(Date.init(rfc3339:))
                == Fixture.start.addingTimeInterval(48 * 3600))
        #expect(last["go_on"]?["qr"]?.string?.hasPrefix("<svg>") == true)
    }

    /// What is said after `*` is written, the rest pressed.
    @Test(
        arguments: [
            ("service", ["decline"], "refused", "In Ordnung, wir schreiben Ihnen nicht. Es wurde nichts gespeichert."),
            ("service", ["*nein"], "refused", "In Ordnung, wir schreiben Ihnen nicht. Es wurde nichts gespeichert."),
            ("service", ["*STOP"], "refused", "Es wurde nichts gespeichert."),
            ("mixed", ["agree", "*stop"], "refused", "Es wurde nichts gespeichert."),
            (
                "service", ["*was?", "*hm"], "left_alone",
                "So kommen wir hier leider nicht weiter. Es wurde nichts gespeichert."
            ),
            ("age", ["decline"], "refused", "Es wurde nichts gespeichert."),
            ("service", ["agree"], "admitted", nil),
            ("service", ["*ich stimme zu"], "admitted", nil),
            ("service", ["*was?", "*ja"], "admitted", nil),
            ("age", ["*ja", "agree"], "admitted", nil),
            ("health", ["*ja"], "asking", nil),
            ("health", ["*ja", "*ich willige ein"], "admitted", nil),
        ] as [(String, [String], String, String?)])
    func `a dialogue on a page ends as it should`(
        terms: String, acts: [String], outcome: String, says: String?
    ) async throws {
        var page = PageWalk(try .onPage(terms))
        try await page.turn()
        for act in acts {
            if act.hasPrefix("*") { try await page.write(String(act.dropFirst())) } else { try await page.press(act) }
        }
        #expect(page.answers.last?["outcome"]?.string == outcome, "\(page.said)")
        if let says { #expect(page.said.last == says) }
        #expect(page.said.allSatisfy { !$0.contains("gelöscht") && !$0.contains("angekommen") })
        #expect((page.state == nil) == (outcome != "asking"))
        #expect(await page.host.kept.count == (outcome == "admitted" ? 1 : 0))
    }

    @Test func `health is agreed to only in so many words`() async throws {
        var page = PageWalk(try .onPage("health"))
        try await page.turn()
        try await page.write("ja")
        try await page.write("ich willige ein")
        let kept = try #require(await page.host.kept.first)
        let health = try #require(kept.first { $0.purpose == "health" })
        #expect(health.evidence["explicit"] == true && health.evidence["act"] == "answer_written")
        #expect(health.evidence["written"] == "ich willige ein")
    }

    @Test func `another language is spoken when it is asked for, and brings its words`() async throws {
        var page = PageWalk(try .onPage("service"))
        #expect(try await page.turn()["words"]?["send"] == "Senden")
        let answer = try await page.turn(("write", "English please"), ("spoken", "de"))
        #expect(
            answer["language"] == "en" && answer["words"]?["send"] == "Send"
                && page.said.last?.contains("agree") == true)
        #expect(try await page.turn(("write", "what?"), ("spoken", "en"))["words"] == nil)
    }

    @Test func `an old state gives another code and nothing else, and none after the end`() async throws {
        var page = PageWalk(try .onPage("service"))
        try await page.turn()
        let asked = page.state
        for _ in 0..<2 {
            page.state = asked
            page.answers.removeLast(page.answers.count - 1)
            try await page.press("agree")
            #expect(page.state == nil)
        }
        let kept = await page.host.kept
        #expect(kept.count == 2 && kept[0].map(\.purpose) == kept[1].map(\.purpose))
        #expect(await page.host.sealed.count == 1)
    }

    @Test func `texts that changed meanwhile are asked from the beginning`() async throws {
        var page = PageWalk(try .onPage("service"))
        try await page.turn()
        var setup = page.setup
        setup.terms.purposes[0].texts["de"]?.text = "Alles."
        var other = PageWalk(setup, host: page.host)
        other.state = page.state
        other.answers = page.answers
        let answer = try await other.press("agree")
        #expect(answer["code"] == "begin_again" && answer["status"] == 409)
        #expect(await page.host.kept.isEmpty)
    }

    @Test func `without a channel's address there is no chat`() async throws {
        var page = PageWalk(try .onPage("service"), host: PageHost(hasChat: false))
        #expect(try await page.turn()["code"] == "no_chat")
    }

    @Test func `the longest dialogue's state stays small`() async throws {
        var terms = try Fixture.terms("service")
        let first = terms.purposes[0]
        terms.purposes = (0..<20).map { number in
            var purpose = first
            purpose.name = "purpose-\(number)-" + String(repeating: "x", count: 40)
            return purpose
        }
        let setup = SourceSetup(id: "s", version: 1, configuration: [:], terms: terms, channelAddress: "+49")
        var page = PageWalk(setup)
        try await page.turn()
        for _ in 0..<20 { try await page.press("agree") }
        #expect(await page.host.kept.first?.count == 20)
        // `PublicSourceService.stateLimit`.
        #expect(await page.host.largest < 32_768)
        print("chatbot: the state of twenty questions has \(await page.host.largest) B")
    }

    @Test func `the tag pins the script that is served, and the script is small`() throws {
        let tag = try #require(Chatbot().snippet(for: .onPage("service"), base: "https://provider.test"))
        let name = try #require(tag.firstMatch(of: /sources\/chatbot\/([^"]+)"/)?.output.1)
        let file = try #require(Chatbot().files[String(name)])
        #expect(file.isImmutable && tag.contains("integrity=\"\(ChatFiles.page.integrity)\" crossorigin=\"anonymous\""))
        #expect(tag.contains("data-setup=\"src_1\"") && Chatbot().files.count == 3)
        let source = String(decoding: file.bytes, as: UTF8.self)
        #expect(!source.contains("/*@"))
        for word in ["cookie", "localStorage", "sessionStorage", "indexedDB", "innerHTML", "DOMParser", "eval("] {
            #expect(!source.contains(word), "\(word)")
        }
    }

    @Test func `six languages have every word`() throws {
        let words = PageTexts.words.byLanguage
        #expect(words.keys.sorted() == Fixture.languages)
        let names = try #require(words["en"]).keys.sorted()
        for (language, own) in words { #expect(own.keys.sorted() == names, "\(language)") }
    }
}
