import PluginKit
import TestSupport
import Testing

@testable import WhatsAppCloud

@Suite struct DeduplicationTests {
    static let plugin = WhatsAppCloud()

    private func keys(_ body: [UInt8]) throws -> [String] {
        try Self.plugin.parse(body: body).map(\.deduplicationKey.revealed)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `an event has the same key alone and in any company and order`(seed: UInt64) throws {
        let alone = try Fixtures.names.flatMap { try keys(Fixtures.bodies[$0] ?? []) }
        var random = SeededGenerator(seed: seed)
        let entries = try Fixtures.names.flatMap { try Fixtures.json($0)["entry"]?.array ?? [] }.shuffled(
            using: &random)
        let together: JSON = ["object": "whatsapp_business_account", "entry": .array(entries)]
        #expect(try keys(together.encoded()).sorted() == alone.sorted())
    }

    @Test func `of all events in the fixtures only those that are the same share a key`() throws {
        var known: [String: ChannelEvent] = [:]
        for event in try Fixtures.names.flatMap(Fixtures.events) {
            let key = event.deduplicationKey.revealed
            #expect(!key.isEmpty)
            if let other = known.updateValue(event, forKey: key) { #expect(event == other, "\(event.told.text)") }
        }
        #expect(known.count > 70)
    }

    @Test(arguments: Fixtures.names)
    func `a webhook sent again, written in other bytes, has the same keys`(name: String) throws {
        #expect(try keys(Fixtures.json(name).escapedAsMetaDoes) == keys(Fixtures.bodies[name] ?? []))
    }

    struct Pair: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var one: [UInt8]
        var other: [UInt8]

        init(_ name: String, _ one: [UInt8], _ other: [UInt8]) {
            testDescription = name
            self.one = one
            self.other = other
        }
    }

    private static func status(_ id: String, _ word: String, at time: String = "1767607200") -> [UInt8] {
        let status: JSON = [
            "id": .string(id), "status": .string(word), "timestamp": .string(time), "recipient_id": "491701234567",
        ]
        return Fixtures.body(["metadata": ["phone_number_id": "1"], "statuses": [status]])
    }

    private static func text(_ id: String, _ body: String) -> [UInt8] {
        Fixtures.body(messages: [
            [
                "id": .string(id), "from": "491701234567", "timestamp": "1767607200", "type": "text",
                "text": ["body": .string(body)],
            ]
        ])
    }

    private static func error(_ number: String, time: JSON? = 1_767_607_200) -> [UInt8] {
        Fixtures.body(["metadata": ["phone_number_id": .string(number)], "errors": [["code": 130429]]], time: time)
    }

    private static func preference(_ number: String, _ word: String, at time: Int = 1_767_607_200) -> [UInt8] {
        let preference: JSON = [
            "wa_id": "491701234567", "category": "marketing_messages", "value": .string(word),
            "timestamp": .number(String(time)),
        ]
        return Fixtures.body(
            field: "user_preferences",
            ["metadata": ["phone_number_id": .string(number)], "user_preferences": [preference]])
    }

    private static func review(_ account: String, time: JSON? = 1_767_607_200, field: String = "account_review_update")
        -> [UInt8]
    {
        Fixtures.body(field: field, ["decision": "APPROVED"], account: account, time: time)
    }

    private static func broken(_ number: String, _ id: String = "") -> [UInt8] {
        Fixtures.body(messages: [["id": .string(id)]], number: number)
    }

    static let different: [Pair] = [
        Pair("two messages", text("a", "x"), text("b", "x")),
        Pair("two statuses of one message", status("a", "sent"), status("a", "delivered")),
        Pair("the same status of two messages", status("a", "read"), status("b", "read")),
        Pair("a message and a status of it", text("a", "x"), status("a", "sent")),
        Pair("an error at two numbers", error("1"), error("2")),
        Pair("an error at two times", error("1"), error("1", time: 1_767_607_201)),
        Pair("a preference at two numbers", preference("1", "stop"), preference("2", "stop")),
        Pair("stop and resume", preference("1", "stop"), preference("1", "resume")),
        Pair("stop on two days", preference("1", "stop"), preference("1", "stop", at: 1_767_693_600)),
        Pair("the same news of two accounts", review("1"), review("2")),
        Pair("the same news at two times", review("1"), review("1", time: 1_767_693_600)),
        Pair("the same value under two fields", review("1"), review("1", field: "account_update")),
        Pair("the same broken part at two numbers", broken("1"), broken("2")),
        Pair("two broken parts", broken("1", "a"), broken("1", "b")),
    ]

    @Test(arguments: different)
    func `different events have different keys`(pair: Pair) throws {
        let (one, other) = (try keys(pair.one), try keys(pair.other))
        #expect(!one.isEmpty && !other.isEmpty)
        #expect(Set(one).isDisjoint(with: other))
    }

    static let same: [Pair] = [
        Pair("a status whose time Meta corrected", status("a", "sent"), status("a", "sent", at: "1767607205")),
        Pair("a message whose text Meta cleaned", text("a", "x"), text("a", "x ")),
    ]

    @Test(arguments: same)
    func `what Meta names by an id is the same whatever else it says`(pair: Pair) throws {
        #expect(try keys(pair.one) == keys(pair.other))
    }

    @Test func `a message and the change of identity it tells are two events`() throws {
        let keys = try Fixtures.events("message-system-number-changed").map(\.deduplicationKey)
        #expect(keys.count == 2 && Set(keys).count == 2)
    }
}
