import Foundation
import PluginKit
import TestSupport
import Testing

@testable import Chatbot

/// What anybody may send to a page's address.
@Suite struct PageRequestTests {
    @Test(arguments: [
        ("[]", "(body)"), ("{", "(body)"), ("", "(body)"), ("{}", "page"),
        (#"{"page": "https://other.test/"}"#, "page"),
        (#"{"page": "https://praxis.test.evil.test/"}"#, "page"), (#"{"page": "https://praxis.test/", "x": 1}"#, "x"),
        (#"{"page": "https://praxis.test/", "press": "a"}"#, "state"),
        (#"{"page": "https://praxis.test/", "write": "ja"}"#, "state"),
        (#"{"page": "https://praxis.test/", "state": "s"}"#, "press"),
        (#"{"page": "https://praxis.test/", "state": "s", "press": "a", "write": "b"}"#, "press"),
        (#"{"page": "https://praxis.test/", "state": 7}"#, "state"),
        (#"{"page": "https://praxis.test/", "state": "s", "write": ""}"#, "write"),
        (#"{"page": "https://praxis.test/", "qr": "yes"}"#, "qr"),
        (#"{"page": "https://praxis.test/", "language": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#, "language"),
    ])
    func `what is wrong is named`(body: String, field: String) {
        #expect { try PageRequest(PageWalk.request(Array(body.utf8))) } throws: {
            ($0 as? ConsentRefusal)?.field == field
        }
    }

    @Test(arguments: [
        ("write", PageRequest.writtenLimit, "ä"), ("press", PageRequest.pressedLimit, "x"),
    ])
    func `limits hold to the last character`(field: String, limit: Int, letter: String) throws {
        func request(_ count: Int) throws -> PageRequest {
            var body = JSONObject([("page", .string(PageWalk.page)), ("state", "s")])
            body[field] = .string(String(repeating: letter, count: count))
            return try PageRequest(PageWalk.request(.object(body)))
        }
        _ = try request(limit)
        #expect(throws: ConsentRefusal.self) { try request(limit + 1) }
    }

    @Test func `a body larger than 64 kB is none`() {
        let body = #"{"page": "https://praxis.test/", "state": ""# + String(repeating: "a", count: 65_536) + #"""# + "}"
        #expect { try PageRequest(PageWalk.request(Array(body.utf8))) } throws: {
            ($0 as? ConsentRefusal)?.field == "(body)"
        }
    }

    @Test func `a session is read as it was written, and no other is`() {
        let session = PageSession(
            languages: ["de-AT", "en"], page: PageWalk.page,
            moves: [
                .init(act: .opened, at: Fixture.start), .init(act: .pressed(id: "a/b"), at: Fixture.start),
                .init(act: .written("ja"), at: Fixture.start),
            ], said: "00ff")
        #expect(PageSession(session.json) == session)
        var late = session
        late.moves = Array(repeating: session.moves[1], count: PageSession.moveLimit)
        late.moves[0] = session.moves[0]
        #expect(PageSession(late.json) == nil)
    }

    @Test func `hostile bodies and states are answered, admit nobody and keep nothing unasked`() async throws {
        let seed = ProcessInfo.processInfo.environment["OBHUT_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        print("PageRequestTests: OBHUT_SEED=\(seed)")
        var random = SeededGenerator(seed: seed)
        let setups = try ["service", "mixed", "health", "age"].map { try SourceSetup.onPage($0) }
        var outcomes: [String: Int] = [:]
        for _ in 0..<3000 {
            let setup = setups.randomElement(using: &random) ?? setups[0]
            let host = PageHost(forged: Self.state(&random))
            let body: JSON = [
                "page": .string(PageWalk.page), "state": "x",
                (Bool.random(using: &random) ? "press" : "write"): .string(Self.word(&random)),
            ]
            var bytes = body.encoded()
            if Int.random(in: 0..<4, using: &random) == 0, !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0 ... .max, using: &random)
            }
            do {
                let answer = try await Chatbot().answer(PageWalk.request(bytes), for: setup, by: host)
                let json = try JSON(parsing: answer.body)
                let outcome = json["outcome"]?.string ?? json["code"]?.string ?? "?"
                outcomes[outcome, default: 0] += 1
                let kept = await host.kept
                if outcome != "admitted" { #expect(kept.isEmpty, "seed \(seed)") }
                for draft in kept.flatMap({ $0 }) {
                    #expect(draft.kind == .granted && draft.evidence["text"]?.string?.isEmpty == false, "seed \(seed)")
                    let isSpecial = setup.terms.purposes.first { $0.name == draft.purpose }?.isSpecialCategory ?? false
                    #expect(!isSpecial || draft.evidence["explicit"] == true, "seed \(seed)")
                }
                #expect(answer.status == 200 || answer.status == 409, "seed \(seed)")
            } catch is ConsentRefusal {
                outcomes["refusal", default: 0] += 1
            }
        }
        // Otherwise nothing was tried.
        for word in ["asking", "begin_again", "refusal"] {
            #expect(outcomes[word, default: 0] > 20, "\(word) \(outcomes)")
        }
    }

    private static func word(_ random: inout SeededGenerator) -> String {
        [
            "ja", "nein", "STOP", "ich willige ein", "first/service@3/de/greeting/agree", "first/x@1/de/plain/agree",
            "?",
            "\u{0}", String(repeating: "ä", count: 400), "English please",
        ].randomElement(using: &random) ?? ""
    }

    private static func state(_ random: inout SeededGenerator) -> JSON {
        let at = JSON.string(Fixture.start.rfc3339)
        var moves: [JSON] = [[at]]
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            moves.append([at, Bool.random(using: &random) ? "press" : "write", .string(word(&random))])
        }
        var fields = JSONObject([
            ("languages", ["de"]), ("page", .string(PageWalk.page)), ("moves", .array(moves)), ("said", "00"),
        ])
        switch Int.random(in: 0..<6, using: &random) {
        case 0: fields["moves"] = []
        case 1: fields["page"] = 7
        case 2: fields["said"] = nil
        case 3:
            // What would really have been said.
            if var session = PageSession(.object(fields)) {
                session.said = nil
                guard let setup = try? SourceSetup.onPage("service"),
                    let script = Script.read([:], with: setup.terms).script, let played = session.play(script, setup)
                else { return .null }
                fields["said"] = .string(played.said)
            }
        case 4: return ["moves", 1]
        default: break
        }
        return .object(fields)
    }
}
