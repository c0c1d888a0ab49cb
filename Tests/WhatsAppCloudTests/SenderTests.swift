import Outbound
import PluginKit
import Testing

@testable import WhatsAppCloud

@Suite struct SenderTests {
    static let phone = Identity(.phone, "4915112345678")
    static let user = Identity(.businessScopedUser, "DE.13491208655302741918")
    static let parent = Identity(.parentBusinessScopedUser, "DE.ENT.11815799212886844830")
    static let username = Identity(.username, "lena.b")

    private func message(_ recipient: [Identity] = [phone], _ content: MessageContent = .text("Grüße"))
        -> OutboundMessage
    {
        OutboundMessage(reference: "our-id", recipient: recipient, content: content)
    }

    struct Addressed: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var recipient: [Identity]
        var member: String?
        var address: String?
    }

    static let addressed: [Addressed] = [
        Addressed(testDescription: "a phone number", recipient: [phone], member: "to", address: "4915112345678"),
        Addressed(
            testDescription: "a user id", recipient: [user], member: "recipient", address: "DE.13491208655302741918"),
        Addressed(
            testDescription: "a parent's user id", recipient: [parent], member: "recipient",
            address: "DE.ENT.11815799212886844830"),
        Addressed(
            testDescription: "the number before any id", recipient: [parent, username, user, phone], member: "to",
            address: "4915112345678"),
        Addressed(
            testDescription: "the person's id before the parent's", recipient: [username, parent, user],
            member: "recipient",
            address: "DE.13491208655302741918"),
        Addressed(testDescription: "a username alone", recipient: [username]),
        Addressed(testDescription: "nothing", recipient: []),
        Addressed(
            testDescription: "a kind of another messenger's",
            recipient: [Identity(.init(rawValue: "email"), "a@b.test")]),
    ]

    @Test(arguments: addressed)
    func `a message goes to the most dependable address there is`(row: Addressed) {
        let body = Sender.body(message(row.recipient))
        #expect((body == nil) == (row.member == nil))
        for member in ["to", "recipient"] {
            #expect(body?[member]?.string == (member == row.member ? row.address : nil))
        }
    }

    @Test func `a person without an address in use gets nothing, and Meta is not asked`() async throws {
        let meta = ScriptedMeta(200, [:])
        let outcome = await WhatsAppCloud().deliver(
            message([Self.username]), through: try ScriptedMeta.connection(meta))
        #expect(outcome.told == "give up")
        #expect(outcome.fault?.code == "no_address")
        #expect(meta.requests.isEmpty)
    }

    static let contents: [(MessageContent, String)] = [
        (.text("Grüße"), #""type":"text","text":{"body":"Grüße"}"#),
        (
            MessageContent(type: "text", fields: ["body": "ja"], context: ["message_id": "wamid.X"]),
            #""type":"text","text":{"body":"ja"},"context":{"message_id":"wamid.X"}"#
        ),
        (
            MessageContent(type: "image", fields: ["id": "1003383421387256", "caption": "Röntgen"]),
            #""type":"image","image":{"id":"1003383421387256","caption":"Röntgen"}"#
        ),
        (
            MessageContent(
                type: "document", fields: ["id": "7", "filename": "a.pdf"], context: ["message_id": "wamid.X"]),
            #""type":"document","document":{"id":"7","filename":"a.pdf"},"context":{"message_id":"wamid.X"}"#
        ),
        // Where a message came from is ours to know; Meta is told only what it answers.
        (
            MessageContent(
                type: "text", fields: ["body": "ja"], context: ["forwarded": true, "referral": ["source_id": "AD1"]]),
            #""type":"text","text":{"body":"ja"}"#
        ),
    ]

    @Test(arguments: contents)
    func `the body has Meta's shape, and carries our id`(content: MessageContent, part: String) {
        let expected =
            #"{"messaging_product":"whatsapp","recipient_type":"individual","to":"4915112345678","#
            + part + #","biz_opaque_callback_data":"our-id"}"#
        #expect(Sender.body(message([Self.phone], content))?.text == expected)
    }

    @Test func `the request goes to the number's messages with its token`() async throws {
        let meta = ScriptedMeta(
            200, ["messages": [["id": "wamid.1"]], "contacts": [["input": "x", "wa_id": "4915112345678"]]])
        let outcome = await WhatsAppCloud().deliver(message(), through: try ScriptedMeta.connection(meta))
        let request = try #require(meta.requests.first)
        #expect(meta.requests.count == 1)
        #expect(request.method == "POST")
        #expect(request.url == "https://graph.facebook.com/v23.0/100/messages")
        #expect(request[header: "Authorization"] == "Bearer token-1")
        #expect(request[header: "Content-Type"] == "application/json")
        #expect(request.json == Sender.body(message()))
        #expect(request.redirects == .none)
        guard case .accepted(let id, let recipient) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(id == Personal("wamid.1"))
        #expect(recipient == Self.phone)
    }

    @Test(arguments: [
        ("http://127.0.0.1:8090", "v23.0"), ("http://127.0.0.1:8090/", "v24.0"), ("https://graph.test//", "v23.0"),
    ])
    func `base URL and version are the channel's`(base: String, version: String) async throws {
        let meta = ScriptedMeta(200, [:])
        let connection = try ScriptedMeta.connection(meta, ["base_url": base, "api_version": version])
        _ = await WhatsAppCloud().deliver(message(), through: connection)
        let root = base.contains("127") ? "http://127.0.0.1:8090" : "https://graph.test"
        #expect(meta.requests.map(\.url) == ["\(root)/\(version)/100/messages"])
    }

    @Test func `webhooks are routed by the number's and the account's id, never by the telephone number`() throws {
        let meta = ScriptedMeta(200, [:])
        let connection = try ScriptedMeta.connection(meta, ["display_phone_number": "+49 30 5550101"])
        #expect(
            WhatsAppCloud().addresses(of: connection.configuration)
                == ChannelAddresses(channel: "100", account: "900", display: "+49 30 5550101"))
    }

    @Test func `an accepted message without an address in the answer is accepted`() async throws {
        let meta = ScriptedMeta(200, ["messages": [["id": "wamid.1", "message_status": "accepted"]]])
        let outcome = await WhatsAppCloud().deliver(message(), through: try ScriptedMeta.connection(meta))
        guard case .accepted(_, let recipient) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(recipient == nil)
    }
}
