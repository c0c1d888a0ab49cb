import Foundation
import Outbound
import PluginKit
import Testing

@testable import Sandbox

/// What a provider calls to connect a number, as Graph documents it.
@Suite struct ConnectingTests {
    /// printf token-1 | openssl dgst -sha256 -hmac app-secret
    static let proof = "8e4416844a305cc4fe40bc8a5515230210fdd8442bd755396dd7e12d77c01b4f"

    /// A subscriber that repeats the challenge for the token `right`.
    private func fixture() async throws -> Fixture {
        let fixture = try Fixture(
            subscriber: ScriptedSubscriber { request, _ in
                let items = URLComponents(string: request.url)?.queryItems ?? []
                let challenge = items.first { $0.name == "hub.challenge" }?.value ?? ""
                let isRight = items.contains { $0.name == "hub.verify_token" && $0.value == "right" }
                return OutboundResponse(status: isRight ? 200 : 403, body: Array(challenge.utf8))
            })
        await fixture.provision()
        return fixture
    }

    @Test("a token is shown to whoever has a valid one, also by a POST that names the method")
    func debugToken() async throws {
        let fixture = try await fixture()
        for (method, target, body) in [
            ("GET", "/v23.0/debug_token?input_token=token-1", nil),
            ("POST", "/v23.0/debug_token", ["method": "get", "input_token": "token-1"] as JSON?),
        ] {
            let (status, answer) = await fixture.call(method, target, body)
            #expect(status == 200 && answer["data"]?["is_valid"] == true && answer["data"]?["expires_at"] == 0)
            #expect(answer["data"]?["scopes"]?.array?.count == 2)
        }
        let (_, other) = await fixture.call("GET", "/v23.0/debug_token?input_token=none")
        #expect(other["data"]?["is_valid"] == false)
        #expect(await fixture.call("GET", "/v23.0/debug_token?input_token=token-1", token: "none").0 == 401)
        #expect(await fixture.call("POST", "/v23.0/debug_token", ["input_token": "token-1"]).0 != 200)
        await fixture.call(
            "PUT", "/sandbox/numbers/100", ["token_scopes": ["public_profile"], "token_expires_at": 1_700_000_000])
        let (_, over) = await fixture.call("GET", "/v23.0/debug_token?input_token=token-1")
        #expect(over["data"]?["is_valid"] == false && over["data"]?["scopes"] == ["public_profile"])
    }

    @Test("a proof has to be that of token and app secret")
    func proof() async throws {
        let fixture = try await fixture()
        #expect(await fixture.call("GET", "/v23.0/100?fields=id&appsecret_proof=\(Self.proof)").0 == 200)
        let (status, refused) = await fixture.call(
            "GET", "/v23.0/100?fields=id&appsecret_proof=\(String(Self.proof.reversed()))")
        #expect(status == 400 && refused["error"]?["code"] == 100)
        #expect(refused["error"]?["message"]?.string?.contains("appsecret_proof") == true)
    }

    @Test("a number's own URL wins over all others, after a handshake there, until it is taken away")
    func ownURL() async throws {
        let fixture = try await fixture()
        func point(_ url: String, _ token: String) async -> Int {
            await fixture.call(
                "POST", "/v23.0/100",
                ["webhook_configuration": ["override_callback_uri": .string(url), "verify_token": .string(token)]]
            ).0
        }
        func shown() async -> JSON? {
            await fixture.call("GET", "/v23.0/100?fields=webhook_configuration").1["webhook_configuration"]
        }
        #expect(await point("http://own.test/hook", "wrong") == 400)
        #expect(await shown()?["phone_number"] == nil)
        #expect(await point("http://own.test/hook", "right") == 200)
        #expect(await shown()?["phone_number"] == "http://own.test/hook")
        #expect(fixture.sandbox.callbackURL(of: "100") == "http://own.test/hook")
        #expect(await point("", "") == 200)
        #expect(fixture.sandbox.callbackURL(of: "100") == "http://subscriber.test/hook")
    }

    @Test(
        "a number refuses what it was told to, with the code it was told",
        arguments: [
            ("register", "POST", "/v23.0/100/register"), ("number", "GET", "/v23.0/100"),
            ("webhook", "POST", "/v23.0/100"),
            ("phone_numbers", "GET", "/v23.0/900/phone_numbers"),
            ("debug_token", "GET", "/v23.0/debug_token?input_token=x"),
            ("subscribed_apps", "POST", "/v23.0/900/subscribed_apps"),
        ])
    func refuses(name: String, method: String, target: String) async throws {
        let fixture = try await fixture()
        await fixture.call("PUT", "/sandbox/numbers/100", ["refuses": .object(JSONObject([(name, 133016)]))])
        let (status, refused) = await fixture.call(method, target, method == "POST" ? [:] : nil)
        #expect(status == 400 && refused["error"]?["code"] == 133016)
    }

    @Test("what was set up for connecting survives a restart")
    func journal() async throws {
        var number = try PhoneNumber(id: "100", control: Fixture.number, previous: nil)
        number.numberOverrideURL = "http://own.test/hook"
        (number.tokenExpiresAt, number.tokenScopes, number.refuses) = (7, ["a"], ["register": 2])
        number.facts["status"] = "BANNED"
        #expect(PhoneNumber(journal: .object(number.json)) == number)
    }
}
