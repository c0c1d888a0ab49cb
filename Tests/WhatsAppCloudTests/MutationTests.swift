import PluginKit
import Testing

@testable import WhatsAppCloud

/// Whatever comes in, the parser answers. More than twenty thousand bodies are tried.
@Suite struct MutationTests {
    static let each = 300

    static let kinds = ["null", "a boolean", "a number", "a string", "an array", "an object"]

    /// Every reason there is. A sentence that is not among them may quote something.
    static let reasons: Set<String> = {
        let parts = [
            "text.body", "image.id", "video.id", "audio.id", "document.id", "sticker.id", "location.latitude",
            "reaction.message_id",
            "interactive.type", "button.text", "order.catalog_id", "system.type",
        ]
        return Set(
            parts.map { "a message of type \($0.prefix { $0 != "." }) has no \($0)" }
                + kinds.flatMap { kind in
                    ["a message is \(kind), not an object", "a status is \(kind), not an object"]
                        + ["messages", "statuses", "errors"].map { "\($0) is \(kind), not an array" }
                } + [
                    "an entry has no array changes", "a change lacks a field or an object value",
                    "a messages change names no phone_number_id",
                    "a messages change brings neither messages nor statuses nor errors", "a message has no id",
                    "a message's timestamp is not a time in seconds", "a message has no type",
                    "a message's sender is neither a number nor a business-scoped user id",
                    "a message of type contacts has no array contacts", "a status has no id", "a status has no status",
                    "a status is of a kind that is not known", "a status's timestamp is not a time in seconds",
                    "a user preference names nobody",
                    "a user preference has no category, or a value that is neither stop nor resume",
                ])
    }()

    static let refusals: Set<String> = Set(
        [JSONError.Reason.empty, .unexpected, .unfinished, .trailing, .tooDeep, .badEscape, .badNumber, .badUTF8].map {
            "the body is not JSON: \($0.rawValue)"
        } + [
            "the body is not a JSON object", "the body's object is not whatsapp_business_account",
            "the body has no array entry",
        ])

    @Test(arguments: Fixtures.names)
    func `a spoilt body is refused as a whole or read into events that can be told apart, and no reason quotes it`(
        name: String
    ) {
        let body = Fixtures.bodies[name] ?? []
        let plugin = WhatsAppCloud()
        for seed in 0..<UInt64(Self.each) {
            var mutator = Mutator(seed: seed)
            let spoilt = mutator.mutation(of: body)
            do throws(IngressRefusal) {
                for event in try plugin.parse(body: spoilt) {
                    #expect(!event.deduplicationKey.revealed.isEmpty, "seed \(seed)")
                    guard case .malformed(let reason) = event.kind else { continue }
                    #expect(Self.reasons.contains(reason), "seed \(seed)")
                }
            } catch {
                #expect(Self.refusals.contains(error.description), "seed \(seed)")
            }
        }
    }

    @Test func `the mutations reach most reasons, and leave some bodies readable`() {
        var reached = Set<String>()
        var readable = 0
        for name in Fixtures.names {
            for seed in 0..<150 as Range<UInt64> {
                var mutator = Mutator(seed: seed)
                for event in (try? WhatsAppCloud().parse(body: mutator.mutation(of: Fixtures.bodies[name] ?? []))) ?? []
                {
                    if case .malformed(let reason) = event.kind { reached.insert(reason) } else { readable += 1 }
                }
            }
        }
        #expect(reached.count >= 30, "\(reached.sorted())")
        #expect(readable > 300)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `the same spoilt body is read the same way twice`(seed: UInt64) {
        let name = Fixtures.names[Int(seed) % Fixtures.names.count]
        var mutator = Mutator(seed: seed)
        let spoilt = mutator.mutation(of: Fixtures.bodies[name] ?? [])
        #expect((try? WhatsAppCloud().parse(body: spoilt)) == (try? WhatsAppCloud().parse(body: spoilt)))
    }

    @Test func `a body of Meta's largest size with thousands of messages is read whole`() throws {
        let text = String(repeating: "ä", count: 200)
        let messages = (0..<5_000).map { number -> JSON in
            [
                "id": .string("wamid.\(number)"), "from": "491701234567", "timestamp": "1767607200", "type": "text",
                "text": ["body": .string(text)],
            ]
        }
        let body = Fixtures.body(messages: .array(messages))
        #expect(body.count > 2_000_000)
        #expect(try WhatsAppCloud().parse(body: body).compactMap(\.content).count == 5_000)
    }

    @Test func `a body nested without end is refused`() {
        let body = Array(repeating: UInt8(ascii: "["), count: 3_000_000)
        #expect(throws: IngressRefusal.notOfThisMessenger("the body is not JSON: values are nested too deep")) {
            try WhatsAppCloud().parse(body: body)
        }
    }
}
