import PluginKit
import Testing

@testable import WhatsAppCloud

@Suite struct ContentTests {
    static let messages = Fixtures.names.filter { $0.hasPrefix("message-") || $0 == "batch" }

    @Test(arguments: messages)
    func `a message's content is all that stands under its type's name, to the byte`(name: String) throws {
        let raw = try Fixtures.messages(Fixtures.json(name))
        let contents = try Fixtures.events(name).compactMap(\.content)
        #expect(contents.count == raw.count)
        for (content, message) in zip(contents, raw) {
            let type = try #require(message["type"]?.string)
            #expect(content.type == type)
            #expect(content.fields.text == (message[type] ?? .null).text)
        }
    }

    @Test(arguments: messages)
    func `no member of a message is lost: it is content, context, or what names message and sender`(name: String) throws
    {
        for (event, message) in zip(
            try Fixtures.events(name).filter { $0.content != nil }, try Fixtures.messages(Fixtures.json(name)))
        {
            let content = try #require(event.content)
            let elsewhere: Set<String> = [
                "id", "timestamp", "type", "from", "from_user_id", "from_parent_user_id", content.type,
            ]
            for member in message.object?.members ?? [] where !elsewhere.contains(member.name) {
                if member.name == "context" {
                    for inner in member.value.object?.members ?? [] {
                        #expect(content.context?[inner.name] == inner.value)
                    }
                } else {
                    #expect(content.context?[member.name] == member.value, "\(member.name)")
                }
            }
            #expect(event.raw == message)
        }
    }

    static let contexts: [(String, JSON)] = [
        ("message-reply", ["from": "49305550101", "id": "wamid.OURS0001"]),
        ("message-forwarded", ["forwarded": true]),
        (
            "message-about-a-product",
            [
                "from": "49305550101", "id": "wamid.OURS0001",
                "referred_product": ["catalog_id": "CATALOG1", "product_retailer_id": "sku-1"],
            ]
        ),
        (
            "message-from-an-ad",
            [
                "referral": [
                    "source_url": "https://fb.me/abc", "source_id": "AD1", "source_type": "ad",
                    "headline": "Rad im Winter",
                    "body": "Jetzt prüfen lassen", "media_type": "image", "ctwa_clid": "CLID1",
                ]
            ]
        ),
        ("message-in-a-group", ["group_id": "120363012345678901"]),
        ("message-unknown-fields", ["weather": ["sky": "clear"]]),
        (
            "message-unsupported",
            [
                "errors": [
                    [
                        "code": 131051, "title": "Message type unknown", "message": "Message type unknown",
                        "error_data": ["details": "Message type is currently not supported."],
                    ]
                ]
            ]
        ),
    ]

    @Test(arguments: contexts)
    func `what a message answers, forwards or came from is its context`(name: String, context: JSON) throws {
        let content = try #require(Fixtures.events(name).first?.content)
        #expect(content.context == context)
    }

    @Test(arguments: ["message-text", "message-image", "message-location", "message-request-welcome"])
    func `a message that stands for itself has no context`(name: String) throws {
        let content = try #require(Fixtures.events(name).first?.content)
        #expect(content.context == nil)
    }

    @Test(arguments: messages)
    func `what a person does opens the service window, what WhatsApp tells of them does not`(name: String) throws {
        for event in try Fixtures.events(name) {
            guard case .message(let message) = event.kind else { continue }
            #expect(message.opensWindow == !name.hasPrefix("message-system"))
        }
    }

    @Test func `numbers keep the text Meta wrote, and members their order`() throws {
        let location = try #require(Fixtures.events("message-location").first?.content)
        #expect(location.fields["latitude"] == .number("52.520008"))
        #expect(location.fields.object?.members.map(\.name) == ["latitude", "longitude", "name", "address"])
        let order = try #require(Fixtures.events("message-order").first?.content)
        #expect(order.fields["product_items"]?.array?.first?["item_price"] == .number("12.5"))
    }

    @Test(arguments: messages)
    func `content is read back as it was written`(name: String) throws {
        for content in try Fixtures.events(name).compactMap(\.content) {
            let bytes = content.json.encoded()
            #expect(try MessageContent(json: JSON(parsing: bytes)) == content)
        }
    }
}
