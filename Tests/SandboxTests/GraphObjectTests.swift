import Foundation
import PluginKit
import Testing

@testable import Sandbox

@Suite struct GraphObjectTests {
    let fixture: Fixture

    init() async throws {
        fixture = try Fixture()
        await fixture.provision()
    }

    @Test("a number shows the fields asked for, and its id")
    func fields() async {
        let (status, answer) = await fixture.call("GET", "/v23.0/100?fields=verified_name,quality_rating")
        #expect(status == 200)
        #expect(answer == ["verified_name": "Praxis Süd", "quality_rating": "GREEN", "id": "100"])
        let (_, refused) = await fixture.call("GET", "/v23.0/100?fields=shoe_size")
        #expect(refused["error"]?["code"]?.int == 100)
        let (_, list) = await fixture.call("GET", "/v23.0/900/phone_numbers")
        #expect(list["data"]?.array?.first?["id"]?.string == "100")
    }

    @Test("the place of storage changes only while the number is not registered")
    func localStorage() async {
        let register: JSON = ["messaging_product": "whatsapp", "pin": "123456", "data_localization_region": "DE"]
        #expect(await fixture.call("POST", "/v23.0/100/register", register).0 == 400)
        #expect(await fixture.call("POST", "/v23.0/100/deregister", [:]).0 == 200)
        #expect(await fixture.sendText().1["error"]?["code"]?.int == 133010)
        #expect(await fixture.call("POST", "/v23.0/100/register", register).0 == 200)
        let (_, settings) = await fixture.call("GET", "/v23.0/100/settings")
        #expect(settings["storage_configuration"]?["data_localization_region"]?.string == "DE")
        #expect(settings["contact_book"]?["status"]?.string == "DISABLED")
        #expect(
            await fixture.call("POST", "/v23.0/100/register", ["messaging_product": "whatsapp", "pin": "1"]).0 == 400)
    }

    @Test("unsubscribed, nothing is told; subscribed again, it is")
    func subscriptions() async {
        #expect(await fixture.call("DELETE", "/v23.0/900/subscribed_apps").0 == 200)
        _ = await fixture.writeText()
        #expect(fixture.sandbox.look { $0.queues.isEmpty })
        #expect(await fixture.call("POST", "/v23.0/900/subscribed_apps", [:]).0 == 200)
        _ = await fixture.writeText()
        #expect(fixture.sandbox.look { $0.stats.webhooksPending } == 1)
        let (_, apps) = await fixture.call("GET", "/v23.0/900/subscribed_apps")
        #expect(apps["data"]?.array?.count == 1)
    }

    @Test("a file goes up, is described, comes down byte for byte, and goes away")
    func media() async throws {
        let bytes: [UInt8] = [0xFF, 0xD8, 0x0D, 0x0A, 0x2D, 0x2D, 0x00, 0xFF]
        var body = Array("--b1\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n".utf8)
        body += Array("--b1\r\nContent-Disposition: form-data; name=\"type\"\r\n\r\nimage/jpeg\r\n".utf8)
        body += Array("--b1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n".utf8)
        body += Array("Content-Type: image/jpeg\r\n\r\n".utf8) + bytes + Array("\r\n--b1--\r\n".utf8)
        let up = await fixture.routes.answer(
            SandboxCall(
                method: "POST", target: "/v23.0/100/media", authorization: "Bearer token-1",
                contentType: "multipart/form-data; boundary=b1", body: body))
        let id = try #require(try JSON(parsing: up.body)["id"]?.string)
        let (_, facts) = await fixture.call("GET", "/v23.0/\(id)")
        #expect(facts["file_size"]?.int == bytes.count)
        let url = try #require(URL(string: facts["url"]?.string ?? ""))
        let target = "\(url.path)?\(url.query ?? "")"
        let down = await fixture.routes.answer(
            SandboxCall(method: "GET", target: target, authorization: "Bearer token-1"))
        #expect(down.body == bytes)
        #expect(down.contentType == "image/jpeg")
        #expect(await fixture.call("GET", target, token: nil).0 == 401)
        #expect(await fixture.call("GET", target.replacing("hash=", with: "hash=0")).0 == 404)
        #expect(await fixture.call("DELETE", "/v23.0/\(id)").0 == 200)
        #expect(await fixture.call("GET", "/v23.0/\(id)").0 == 400)
    }

    @Test("a template is made once, listed, announced, needed from then on, and deleted")
    func templates() async {
        let template: JSON = [
            "name": "reminder", "language": "de", "category": "UTILITY",
            "components": [["type": "BODY", "text": "Hallo"]],
        ]
        #expect(await fixture.call("POST", "/v23.0/900/message_templates", template).0 == 200)
        #expect(await fixture.call("POST", "/v23.0/900/message_templates", template).0 == 400)
        let (_, list) = await fixture.call(
            "GET", "/v23.0/900/message_templates?name=reminder&access_token=token-1", token: nil)
        #expect(list["data"]?.array?.first?["status"]?.string == "APPROVED")
        #expect(await fixture.settle())
        #expect(fixture.subscriber.changes.first?["field"]?.string == "message_template_status_update")
        for (language, expected) in [("de", 200), ("en", 404)] {
            let message = MessageValidationTests.message([
                "type": "template", "template": ["name": "reminder", "language": ["code": .string(language)]],
            ])
            #expect(await fixture.call("POST", "/v23.0/100/messages", message).0 == expected)
        }
        #expect(await fixture.call("DELETE", "/v23.0/900/message_templates?name=reminder").0 == 200)
        #expect(fixture.sandbox.look { $0.templates["900"]?.isEmpty } == true)
    }
}
