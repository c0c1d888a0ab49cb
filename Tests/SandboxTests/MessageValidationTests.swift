import PluginKit
import Testing

@testable import Sandbox

/// A change to a good text message, and the refusal it must bring.
struct Refusal: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var change: JSON
    var status: Int
    var code: Int
    var subcode: Int?

    init(_ name: String, _ change: JSON, _ status: Int, _ code: Int) {
        testDescription = name
        self.change = change
        self.status = status
        self.code = code
    }
}

private func type(_ name: String, _ content: JSON) -> JSON {
    .object(JSONObject([("type", .string(name)), (name, content)]))
}

private func buttons(_ titles: [String]) -> JSON {
    type(
        "interactive",
        [
            "type": "button", "body": ["text": "?"],
            "action": [
                "buttons": .array(
                    titles.enumerated().map {
                        ["type": "reply", "reply": ["id": .string("\($0.offset)"), "title": .string($0.element)]]
                    })
            ],
        ])
}

private func rows(_ count: Int) -> JSON {
    let rows = (0..<count).map { JSON.object(JSONObject([("id", .string("\($0)")), ("title", .string("row \($0)"))])) }
    return type(
        "interactive",
        [
            "type": "list", "body": ["text": "?"],
            "action": ["button": "Wählen", "sections": [["title": "A", "rows": .array(rows)]]],
        ])
}

@Suite struct MessageValidationTests {
    static let refusals: [Refusal] = [
        Refusal("no messaging_product", ["messaging_product": .null], 400, 100),
        Refusal("other messaging_product", ["messaging_product": "telegram"], 400, 100),
        Refusal("no recipient", ["to": .null], 400, 100),
        Refusal("recipient no number", ["to": "alice"], 400, 131009),
        Refusal("recipient no text", ["to": 49], 400, 131009),
        Refusal("recipient no user id", ["to": .null, "recipient": "alice"], 400, 131009),
        Refusal("no type, no text", ["type": .null, "text": .null], 400, 100),
        Refusal("unknown type", ["type": "hologram"], 400, 131051),
        Refusal("no body", type("text", [:]), 400, 131008),
        Refusal("empty body", type("text", ["body": ""]), 400, 131008),
        Refusal("body no text", type("text", ["body": 7]), 400, 131009),
        Refusal("no content", ["text": .null], 400, 131008),
        Refusal("long body", type("text", ["body": .string(String(repeating: "ä", count: 4097))]), 400, 100),
        Refusal(
            "long callback data", ["biz_opaque_callback_data": .string(String(repeating: "x", count: 513))], 400, 100),
        Refusal("bad recipient_type", ["recipient_type": "crowd"], 400, 131009),
        Refusal("image without file", type("image", ["caption": "x"]), 400, 131008),
        Refusal("image with bad link", type("image", ["link": "file:///etc/passwd"]), 400, 131009),
        Refusal("image never uploaded", type("image", ["id": "12345"]), 400, 131009),
        Refusal(
            "long caption",
            type("image", ["link": "https://x.test/a.jpg", "caption": .string(String(repeating: "x", count: 1025))]),
            400, 100),
        Refusal("location without longitude", type("location", ["latitude": .number("52.5")]), 400, 131008),
        Refusal("reaction without emoji", type("reaction", ["message_id": "wamid.x"]), 400, 131008),
        Refusal("contacts without name", type("contacts", [["phones": []]]), 400, 131008),
        Refusal("four buttons", buttons(["a", "b", "c", "d"]), 400, 131009),
        Refusal("twin buttons", buttons(["a", "a"]), 400, 131009),
        Refusal("long button", buttons([String(repeating: "x", count: 21)]), 400, 100),
        Refusal("eleven rows", rows(11), 400, 131009),
        Refusal("template without language", type("template", ["name": "hello"]), 400, 131008),
    ]

    @Test("a bad message is refused with Meta's code", arguments: refusals)
    func refuses(_ refusal: Refusal) async throws {
        let fixture = try Fixture()
        await fixture.provision()
        let (status, answer) = await fixture.call("POST", "/v23.0/100/messages", Self.message(refusal.change))
        #expect(status == refusal.status)
        #expect(answer["error"]?["code"]?.int == refusal.code)
        #expect(answer["error"]?["type"]?.string == "OAuthException")
        #expect(answer["error"]?["error_data"]?["messaging_product"]?.string == "whatsapp")
        #expect(answer["error"]?["error_data"]?["details"]?.string?.isEmpty == false)
        #expect(answer["error"]?["fbtrace_id"]?.string?.isEmpty == false)
        #expect(fixture.sandbox.look { $0.messages.isEmpty })
    }

    static let accepted: [(String, JSON)] = [
        ("4,096 characters", type("text", ["body": .string(String(repeating: "ä", count: 4096))])),
        ("a number as people write it", ["to": "+49 (151) 123-45678"]),
        ("a user id", ["to": .null, "recipient": "DE.13491208655302741918"]),
        ("type left out", ["type": .null]),
        ("image", type("image", ["link": "https://x.test/a.jpg", "caption": "x"])),
        ("location", type("location", ["latitude": .number("52.5"), "longitude": .number("13.4")])),
        ("reaction removed", type("reaction", ["message_id": "wamid.x", "emoji": ""])),
        ("contacts", type("contacts", [["name": ["formatted_name": "Ada"]]])),
        ("three buttons", buttons(["a", "b", "c"])), ("ten rows", rows(10)),
        ("template", type("template", ["name": "hello", "language": ["code": "de"]])),
    ]

    @Test("a good message is taken", arguments: accepted.map(\.1))
    func takes(_ change: JSON) async throws {
        let fixture = try Fixture()
        await fixture.provision()
        let (status, answer) = await fixture.call("POST", "/v23.0/100/messages", Self.message(change))
        #expect(status == 200, "\(answer.text)")
        #expect(answer["messages"]?.array?.first?["id"]?.string?.hasPrefix("wamid.") == true)
    }

    @Test("tokens and ids are checked before the body")
    func access() async throws {
        let fixture = try Fixture()
        await fixture.provision()
        for token in ["wrong", nil] {
            let (status, answer) = await fixture.call("POST", "/v23.0/100/messages", [:], token: token)
            #expect(status == 401)
            #expect(answer["error"]?["code"]?.int == 190)
        }
        let (status, answer) = await fixture.call("POST", "/v23.0/101/messages", [:])
        #expect(status == 400)
        #expect(answer["error"]?["code"]?.int == 100)
        #expect(answer["error"]?["error_subcode"]?.int == 33)
    }

    @Test("the answer shows the number as Meta writes it")
    func normalises() async throws {
        let fixture = try Fixture()
        await fixture.provision()
        let (_, answer) = await fixture.sendText(to: "+49 151-123 45678")
        let contact = answer["contacts"]?.array?.first
        #expect(contact?["input"]?.string == "+49 151-123 45678")
        #expect(contact?["wa_id"]?.string == "4915112345678")
    }

    static func message(_ change: JSON) -> JSON {
        var body = JSONObject([
            ("messaging_product", "whatsapp"), ("to", "4915112345678"), ("type", "text"), ("text", ["body": "Hallo"]),
        ])
        for (name, value) in change.object?.members ?? [] { body[name] = value.isNull ? Optional<JSON>.none : value }
        return .object(body)
    }
}
