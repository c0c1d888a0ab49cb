import Crypto
import Foundation
import Outbound
import PluginKit
import Testing

@testable import Sandbox

@Suite struct WebhookTests {
    @Test(
        "non-ASCII is escaped as Meta does",
        arguments: [
            ("plain", #""plain""#), ("äöå", #""\u00e4\u00f6\u00e5""#), ("😀", #""\ud83d\ude00""#), ("a/b", #""a\/b""#),
            ("\"\\\n", #""\"\\\n""#), ("e\u{301}", #""e\u0301""#),
        ])
    func escapes(_ text: String, _ expected: String) {
        #expect(String(decoding: EscapedJSON.encode(.string(text)), as: UTF8.self) == expected)
    }

    @Test("the signature is that of the very bytes sent, and the bytes are ASCII")
    func signs() async throws {
        let fixture = try Fixture()
        await fixture.provision()
        _ = await fixture.writeText()
        #expect(await fixture.settle())
        let delivery = try #require(fixture.subscriber.deliveries.first)
        #expect(delivery.body.allSatisfy { $0 < 0x80 })
        #expect(delivery.json["object"]?.string == "whatsapp_business_account")
        #expect(delivery.changes.first?["value"]?["messages"]?.array?.first?["text"]?["body"]?.string == "Grüße 😀")
        let key = SymmetricKey(data: Data(Fixture.secret.utf8))
        let code = HMAC<SHA256>.authenticationCode(for: delivery.body, using: key)
        #expect(delivery.signature == "sha256=" + code.map { String(format: "%02x", $0) }.joined())
        #expect(delivery.json.encoded() != delivery.body)
    }

    @Test("a webhook comes again until the answer is 200", arguments: [201, 302, 404, 500])
    func retries(status: Int) async throws {
        let subscriber = ScriptedSubscriber { _, before in OutboundResponse(status: before < 2 ? status : 200) }
        let fixture = try Fixture(subscriber: subscriber)
        await fixture.provision()
        _ = await fixture.writeText()
        #expect(await fixture.settle())
        #expect(subscriber.deliveries.count == 3)
        #expect(Set(subscriber.deliveries.map(\.body)).count == 1)
        #expect(fixture.sandbox.look { $0.stats.webhooksRetried } == 2)
        #expect(fixture.sandbox.look { $0.stats.webhooksDelivered } == 1)
    }

    @Test("gaps grow to thirty seconds")
    func gaps() {
        let gaps = (1...9).map { RetrySchedule.gap(after: $0) }
        #expect(
            gaps == [
                .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8),
                .seconds(16),
                .seconds(30), .seconds(30),
            ])
        #expect(RetrySchedule.gap(after: 100_000) == .seconds(30))
    }

    @Test("a number whose URL is dead delays no other")
    func isolates() async throws {
        let subscriber = ScriptedSubscriber { request, _ in
            OutboundResponse(status: request.url.contains("dead") ? 500 : 200)
        }
        let fixture = try Fixture(subscriber: subscriber)
        await fixture.provision()
        var other = try #require(Fixture.number.object)
        other["display_phone_number"] = "+49 30 7654321"
        other["webhook_url"] = "http://dead.test/"
        await fixture.call("PUT", "/sandbox/numbers/200", .object(other))
        _ = await fixture.writeText(JSONObject([("to", "200")]))
        _ = await fixture.writeText(JSONObject([("to", "+49 30 1234567")]))
        #expect(await fixture.deliver { fixture.sandbox.look { $0.stats.webhooksDelivered } == 1 })
        #expect(fixture.sandbox.look { $0.stats.webhooksPending } == 1)
    }

    @Test("duplicates come when asked for")
    func duplicates() async throws {
        let fixture = try Fixture()
        await fixture.provision()
        await fixture.call("PUT", "/sandbox/faults", ["duplicate_webhooks": 1])
        _ = await fixture.writeText()
        #expect(await fixture.settle())
        #expect(fixture.subscriber.deliveries.count == 2)
        #expect(Set(fixture.subscriber.deliveries.map(\.body)).count == 1)
    }

    @Test(
        "webhooks of a number keep their order, many share a body, and reordering loses none", arguments: [false, true])
    func orders(isReordering: Bool) async throws {
        let fixture = try Fixture()
        await fixture.provision()
        await fixture.call("PUT", "/sandbox/faults", ["reorder": .bool(isReordering)])
        for index in 0..<40 { _ = await fixture.writeText(JSONObject([("body", .string("\(index)"))])) }
        #expect(await fixture.settle())
        let texts = fixture.subscriber.changes.compactMap {
            $0["value"]?["messages"]?.array?.first?["text"]?["body"]?.string
        }
        let sent = (0..<40).map(String.init)
        #expect(Set(texts) == Set(sent))
        #expect(texts.count == 40)
        #expect((texts == sent) == !isReordering)
        #expect((fixture.subscriber.deliveries.count < 40) == !isReordering)
    }

    @Test("the handshake succeeds when the challenge comes back", arguments: [true, false])
    func handshake(isFaithful: Bool) async throws {
        let subscriber = ScriptedSubscriber { request, _ in
            let query = URLComponents(string: request.url)?.queryItems ?? []
            let challenge = query.first { $0.name == "hub.challenge" }?.value ?? ""
            let isAsked = query.contains { $0.name == "hub.verify_token" && $0.value == "verify" }
            return OutboundResponse(status: isAsked ? 200 : 403, body: Array((isFaithful ? challenge : "no").utf8))
        }
        let fixture = try Fixture(subscriber: subscriber)
        await fixture.provision()
        let (status, answer) = await fixture.call("POST", "/sandbox/numbers/100/subscribe")
        #expect(status == 200)
        #expect(answer["success"]?.bool == isFaithful)
    }
}
