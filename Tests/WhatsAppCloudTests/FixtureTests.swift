import PluginKit
import Testing

@testable import WhatsAppCloud

@Suite struct FixtureTests {
    @Test func `every fixture has an expectation, and every expectation a fixture`() {
        #expect(Fixtures.names.count > 70)
        #expect(Fixtures.names == Fixtures.expectations.keys.sorted())
    }

    @Test(arguments: Fixtures.names)
    func `a fixture is read into the events that stand beside it`(name: String) throws {
        let told = try Fixtures.events(name).map(\.told)
        let expected = try #require(Fixtures.expectations[name]?.array)
        #expect(told.count == expected.count)
        for (one, other) in zip(told, expected) {
            #expect(one == other, "read \(one.text), expected \(other.text)")
        }
    }

    @Test(arguments: Fixtures.names)
    func `escaping and blanks change nothing of what is read`(name: String) throws {
        let compact = try Fixtures.json(name).encoded()
        let escaped = try Fixtures.json(name).escapedAsMetaDoes
        #expect(escaped.allSatisfy { $0 < 0x80 })
        let plugin = WhatsAppCloud()
        #expect(try plugin.parse(body: compact) == plugin.parse(body: escaped))
        #expect(try plugin.parse(body: compact) == Fixtures.events(name))
    }

    static let refused: [(String, String)] = [
        ("", "the body is not JSON: the document is empty"),
        ("hub.mode=subscribe", "the body is not JSON: unexpected character"),
        (#"{"object":"whatsapp_business_account","entry":["#, "the body is not JSON: the document ends too early"),
        ("[]", "the body is not a JSON object"),
        ("null", "the body is not a JSON object"),
        ("{}", "the body's object is not whatsapp_business_account"),
        (#"{"object":"page","entry":[]}"#, "the body's object is not whatsapp_business_account"),
        (#"{"object":["whatsapp_business_account"],"entry":[]}"#, "the body's object is not whatsapp_business_account"),
        (#"{"object":"whatsapp_business_account"}"#, "the body has no array entry"),
        (#"{"object":"whatsapp_business_account","entry":{}}"#, "the body has no array entry"),
    ]

    @Test(arguments: refused)
    func `what is no webhook of WhatsApp's is refused as a whole`(body: String, why: String) {
        #expect(throws: IngressRefusal.notOfThisMessenger(why)) { try WhatsAppCloud().parse(body: Array(body.utf8)) }
    }

    @Test func `an empty list of entries holds no event`() throws {
        let body = #"{"object":"whatsapp_business_account","entry":[]}"#
        #expect(try WhatsAppCloud().parse(body: Array(body.utf8)).isEmpty)
    }

    /// Element of `value.messages` or `value.statuses`, and why it cannot be read; what the fixtures leave out.
    static let broken: [(JSON, String)] = [
        (["messages": [7]], "a message is a number, not an object"),
        (["messages": [["id": "", "timestamp": "1"]]], "a message has no id"),
        (["messages": [["id": "a", "timestamp": "-1"]]], "a message's timestamp is not a time in seconds"),
        (["messages": [["id": "a", "timestamp": "253402300800"]]], "a message's timestamp is not a time in seconds"),
        (["messages": [["id": "a", "timestamp": 1, "type": ""]]], "a message has no type"),
        (
            ["messages": [["id": "a", "timestamp": 1, "type": "contacts", "from": "49", "contacts": ["a": 1]]]],
            "a message of type contacts has no array contacts"
        ),
        (
            [
                "messages": [
                    ["id": "a", "timestamp": 1, "type": "location", "from": "49", "location": ["longitude": 1]]
                ]
            ],
            "a message of type location has no location.latitude"
        ),
        (["statuses": ["sent"]], "a status is a string, not an object"),
        (["statuses": [["status": "sent"]]], "a status has no id"),
        (["statuses": [["id": "a"]]], "a status has no status"),
        (["statuses": [["id": "a", "status": "sent"]]], "a status's timestamp is not a time in seconds"),
        (["statuses": "sent"], "statuses is a string, not an array"),
        (["errors": true], "errors is a boolean, not an array"),
        (["messages": .null, "statuses": []], "a messages change brings neither messages nor statuses nor errors"),
    ]

    @Test(arguments: broken)
    func `a broken part is one malformed event that keeps it`(value: JSON, why: String) throws {
        var object = try #require(value.object)
        object["metadata"] = ["phone_number_id": "1"]
        let events = try WhatsAppCloud().parse(body: Fixtures.body(.object(object)))
        #expect(events.map(\.kind) == [.malformed(reason: why)])
        #expect(events.allSatisfy { $0.address == .channel("1") && !$0.raw.isNull })
    }

    @Test func `a failed status without Meta's reason still has a fault`() throws {
        let status: JSON = ["id": "a", "status": "failed", "timestamp": "1767607200", "recipient_id": "49"]
        let events = try WhatsAppCloud().parse(
            body: Fixtures.body(["metadata": ["phone_number_id": "1"], "statuses": [status]]))
        guard case .status(let update) = events.first?.kind else { throw NoStatus() }
        #expect(update.fault == ChannelFault(code: "unknown", message: "Meta gave no reason."))
    }

    private struct NoStatus: Error {}
}

extension JSON {
    /// Meta writes what is not ASCII as escapes of UTF-16 units, and `/` as `\/`.
    var escapedAsMetaDoes: [UInt8] {
        var escaped: [UInt8] = []
        for unit in text.utf16 {
            switch unit {
            case 0x2F: escaped += Array(#"\/"#.utf8)
            case ..<0x80: escaped.append(UInt8(unit))
            default:
                let digits = String(unit, radix: 16)
                escaped += Array((#"\u"# + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            }
        }
        return escaped
    }
}
