import PluginKit
import Testing

@testable import Sandbox

@Suite struct MessagingTests {
    let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        await fixture.provision()
    }

    private var lastStatus: JSON? { fixture.subscriber.changes.last?["value"]?["statuses"]?.array?.first }

    @Test("inside the window a message reaches the handset, and statuses follow in order with the caller's data")
    func delivers() async throws {
        _ = await fixture.writeText()
        let (status, answer) = await fixture.sendText()
        #expect(status == 200)
        let id = try #require(answer["messages"]?.array?.first?["id"]?.string)
        let encoded = id.replacing("=", with: "%3D")
        let (readStatus, _) = await fixture.call("POST", "/handsets/4915112345678/messages/\(encoded)/read")
        #expect(readStatus == 200)
        #expect(await fixture.settle())
        #expect(fixture.subscriber.statuses == ["sent", "delivered", "read"])
        #expect(lastStatus?["id"]?.string == id)
        #expect(lastStatus?["recipient_id"]?.string == "4915112345678")
        #expect(lastStatus?["biz_opaque_callback_data"]?.string == "ref-1")

        let (_, thread) = await fixture.call("GET", "/handsets/4915112345678/messages")
        let messages = thread["messages"]?.array ?? []
        #expect(messages.compactMap { $0["direction"]?.string } == ["out", "in"])
        #expect(messages.last?["text"]?["body"]?.string == "Hallo")
        #expect(messages.last?["state"]?.string == "read")
    }

    @Test("a person who never wrote has no window: 200 first, then failed with 131047, and nothing on the phone")
    func windowNeverOpen() async throws {
        let (status, _) = await fixture.sendText()
        #expect(status == 200)
        #expect(await fixture.settle())
        #expect(fixture.subscriber.statuses == ["failed"])
        #expect(lastStatus?["errors"]?.array?.first?["code"]?.int == 131047)
        let (_, thread) = await fixture.call("GET", "/handsets/4915112345678/messages")
        #expect(thread["messages"]?.array?.isEmpty == true)
    }

    @Test(
        "the window closes 24 hours after the person's last message",
        arguments: [(86_399_999, true), (86_400_000, false)])
    func windowCloses(_ age: Int, _ isOpen: Bool) throws {
        var state = SandboxState()
        let number = try PhoneNumber(id: "100", control: Fixture.number, previous: nil)
        state.record(.number(number))
        _ = try state.write(from: "4915112345678", ["to": "100", "body": "x"], now: 1_000)
        let body = MessageValidationTests.message([:])
        let accepted = try state.send(body, from: number, now: 1_000 + age)
        #expect(accepted.message.state == (isOpen ? .delivered : .failed))
        let template = MessageValidationTests.message(["type": "template", "template": ["name": "a"]])
        #expect(try state.send(template, from: number, now: 1_000 + age).message.state == .delivered)
    }

    @Test("who refuses gets nothing and the business is told 131026")
    func refuses() async throws {
        _ = await fixture.writeText()
        await fixture.call("PUT", "/handsets/4915112345678", ["refuses": true])
        _ = await fixture.sendText()
        #expect(await fixture.settle())
        #expect(lastStatus?["errors"]?.array?.first?["code"]?.int == 131026)
    }

    @Test("a handset's error code refuses at once")
    func refusesAtOnce() async throws {
        await fixture.call("PUT", "/handsets/4915112345678", ["error_code": 131048])
        let (_, answer) = await fixture.sendText()
        #expect(answer["error"]?["code"]?.int == 131048)
        await fixture.call("PUT", "/handsets/4915112345678", ["error_code": .null])
        #expect(await fixture.sendText().0 == 200)
    }

    @Test("offline holds delivery back until online")
    func offline() async throws {
        _ = await fixture.writeText()
        await fixture.call("PUT", "/handsets/4915112345678", ["online": false])
        _ = await fixture.sendText()
        let key = "4915112345678"
        #expect(fixture.sandbox.look { $0.held[key]?.count } == 1)
        let (fixture, subscriber) = (fixture, fixture.subscriber)
        let isComplete = await fixture.whileDelivering {
            guard await eventually({ subscriber.statuses == ["sent"] }) else { return false }
            await fixture.call("PUT", "/handsets/4915112345678", ["online": true])
            return await eventually { subscriber.statuses == ["sent", "delivered"] }
        }
        #expect(isComplete)
        #expect(fixture.sandbox.look { $0.held[key]?.isEmpty } == true)
    }

    @Test("who hides the phone is known by user id alone, and can be answered by it")
    func hidesPhone() async throws {
        _ = await fixture.writeText(
            JSONObject([
                ("hide_phone", true), ("user_id", "DE.777"), ("username", "ada"), ("parent_user_id", "DE.ENT.7"),
            ]))
        let answer = await fixture.call(
            "POST", "/v23.0/100/messages",
            MessageValidationTests.message(["to": .null, "recipient": "DE.777"]))
        #expect(answer.0 == 200)
        #expect(answer.1["contacts"]?.array?.first?["user_id"]?.string == "DE.777")
        #expect(await fixture.settle())
        let value = fixture.subscriber.changes.first?["value"]
        let message = value?["messages"]?.array?.first
        let contact = value?["contacts"]?.array?.first
        #expect(message?["from"] == nil)
        #expect(message?["from_user_id"]?.string == "DE.777")
        #expect(contact?["wa_id"] == nil)
        #expect(contact?["user_id"]?.string == "DE.777")
        #expect(contact?["parent_user_id"]?.string == "DE.ENT.7")
        #expect(contact?["profile"]?["username"]?.string == "ada")
        #expect(fixture.subscriber.statuses == ["sent", "delivered"])
        #expect(lastStatus?["recipient_id"] == nil)
        #expect(lastStatus?["recipient_user_id"]?.string == "DE.777")
        for delivery in fixture.subscriber.deliveries {
            let readable = delivery.changes.map(\.text).joined()
            #expect(!readable.contains("\"4915112345678\""))
        }
    }

    @Test("a message accepted under a fault is on the phone although the caller saw none", arguments: [true, false])
    func acceptsSilently(isDropped: Bool) async throws {
        _ = await fixture.writeText()
        await fixture.call("PUT", "/sandbox/faults", isDropped ? ["accept_then_drop": 1] : ["accept_then_5xx": 1])
        let reply = await fixture.routes.answer(
            SandboxCall(
                method: "POST", target: "/v23.0/100/messages", authorization: "Bearer token-1",
                body: MessageValidationTests.message([:]).encoded()))
        #expect(reply.isDropped == isDropped)
        #expect(isDropped || reply.status == 500)
        #expect(fixture.sandbox.look { $0.threads["4915112345678"]?.count } == 2)
    }

    @Test("setting faults replaces all of them, and refuses what is none")
    func setsFaults() async throws {
        let path = "/sandbox/faults"
        await fixture.call("PUT", path, ["accept_then_drop": 1, "statuses": false, "throughput_per_second": 5])
        let (_, replaced) = await fixture.call("PUT", path, ["delay_ms": 7])
        #expect(replaced["delay_ms"]?.int == 7)
        #expect(replaced["statuses"]?.bool == true)
        #expect(replaced["throughput_per_second"]?.isNull == true)
        for wrong: JSON in [["respond_500": 1], ["respond_429": 2], ["statuses": "no"], ["delay_ms": -1]] {
            let (status, answer) = await fixture.call("PUT", path, wrong)
            #expect(status == 400 && answer["error"]?["code"]?.int == 100, "\(wrong.text)")
        }
        #expect(fixture.sandbox.look { $0.faults.delayMilliseconds } == 7)
    }

    @Test("pair rate and throughput are limited when asked for")
    func limits() throws {
        var state = SandboxState()
        let number = try PhoneNumber(id: "100", control: Fixture.number, previous: nil)
        state.record(.number(number))
        var faults = Faults()
        faults.limitsPairs = true
        state.record(.faults(faults))
        let body = MessageValidationTests.message([:])
        for _ in 0..<45 { _ = try state.send(body, from: number, now: 0) }
        #expect(throws: GraphError(131056, details: "Too many messages to this person in a short time.")) {
            try state.send(body, from: number, now: 5_999)
        }
        _ = try state.send(body, from: number, now: 6_001)
    }

    @Test("a read mark needs a message this number received")
    func readMarks() async throws {
        let (_, written) = await fixture.writeText()
        let id = try #require(written["id"]?.string)
        let mark: JSON = [
            "messaging_product": "whatsapp", "status": "read", "message_id": .string(id),
            "typing_indicator": ["type": "text"],
        ]
        let (status, answer) = await fixture.call("POST", "/v23.0/100/messages", mark)
        #expect(status == 200 && answer["success"]?.bool == true)
        let (_, thread) = await fixture.call("GET", "/handsets/4915112345678/messages")
        #expect(thread["messages"]?.array?.first?["state"]?.string == "read")
        let (_, refused) = await fixture.call(
            "POST", "/v23.0/100/messages",
            ["messaging_product": "whatsapp", "status": "read", "message_id": "wamid.none"])
        #expect(refused["error"]?["code"]?.int == 131009)
    }
}
