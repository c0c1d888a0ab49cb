import Foundation
import Logging
import Outbound
import PluginKit
import Synchronization

@testable import Sandbox

/// A subscriber that answers from a script and remembers what it got.
final class ScriptedSubscriber: OutboundHTTP {
    struct Delivery: Sendable {
        var url: String
        var signature: String?
        var body: [UInt8]

        var json: JSON { (try? JSON(parsing: body)) ?? .null }
        var changes: [JSON] { json["entry"]?.array?.flatMap { $0["changes"]?.array ?? [] } ?? [] }
    }

    private let script: @Sendable (OutboundRequest, Int) -> OutboundResponse
    private let seen = Mutex<[Delivery]>([])

    /// - Parameter script: gets the request and how many came before it.
    init(_ script: @escaping @Sendable (OutboundRequest, Int) -> OutboundResponse = { _, _ in .init(status: 200) }) {
        self.script = script
    }

    var deliveries: [Delivery] { seen.withLock { $0 } }
    var changes: [JSON] { deliveries.flatMap(\.changes) }
    var statuses: [String] {
        changes.flatMap { $0["value"]?["statuses"]?.array ?? [] }.compactMap { $0["status"]?.string }
    }

    func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        let before = seen.withLock { seen in
            let signature = request.headers.first { $0.name == "X-Hub-Signature-256" }?.value
            seen.append(Delivery(url: request.url, signature: signature, body: request.body ?? []))
            return seen.count - 1
        }
        return script(request, before)
    }
}

/// A sandbox with one number, its routes, and a courier that runs while the test's body does.
struct Fixture {
    static let token = "token-1"
    static let secret = "app-secret"
    let sandbox: Sandbox
    let routes: Routes
    let subscriber: ScriptedSubscriber

    init(journal: String? = nil, subscriber: ScriptedSubscriber = ScriptedSubscriber()) throws {
        sandbox = try Sandbox(journalFile: journal)
        self.subscriber = subscriber
        routes = Routes(sandbox: sandbox, outbound: subscriber)
    }

    func provision() async {
        _ = await call("PUT", "/sandbox/numbers/100", Self.number)
    }

    static let number: JSON = [
        "waba_id": "900", "display_phone_number": "+49 30 1234567", "verified_name": "Praxis Süd",
        "access_token": "token-1",
        "app_secret": "app-secret", "verify_token": "verify", "webhook_url": "http://subscriber.test/hook",
    ]

    @discardableResult
    func call(_ method: String, _ target: String, _ body: JSON? = nil, token: String? = token) async -> (Int, JSON) {
        let reply = await routes.answer(
            SandboxCall(
                method: method, target: target, authorization: token.map { "Bearer \($0)" },
                contentType: "application/json", host: "localhost:1", body: body?.encoded() ?? []))
        return (reply.status, (try? JSON(parsing: reply.body)) ?? .null)
    }

    func sendText(_ text: String = "Hallo", to: String = "4915112345678") async -> (Int, JSON) {
        await call(
            "POST", "/v23.0/100/messages",
            [
                "messaging_product": "whatsapp", "to": .string(to), "type": "text", "text": ["body": .string(text)],
                "biz_opaque_callback_data": "ref-1",
            ])
    }

    func writeText(from: String = "4915112345678", _ extra: JSONObject = JSONObject()) async -> (Int, JSON) {
        var body = JSONObject([("to", "100"), ("body", "Grüße 😀")])
        for (name, value) in extra.members { body[name] = value }
        return await call("POST", "/handsets/\(from)/messages", .object(body))
    }

    /// Runs the courier while the body does. Once in a test: a courier that was stopped is not started again.
    func whileDelivering(_ body: @escaping @Sendable () async -> Bool) async -> Bool {
        let courier = WebhookCourier(sandbox: sandbox, outbound: subscriber, logger: Logger(label: "test"))
        return await withTaskGroup(of: Bool?.self) { group in
            group.addTask {
                await courier.run()
                return nil
            }
            group.addTask { await body() }
            for await case let outcome? in group {
                group.cancelAll()
                return outcome
            }
            return false
        }
    }

    /// Runs the courier until the condition holds; false when it does not within ten seconds.
    func deliver(until condition: @escaping @Sendable () -> Bool) async -> Bool {
        await whileDelivering { await eventually(condition) }
    }

    /// Everything told so far has been delivered.
    func settle() async -> Bool {
        await deliver { [sandbox] in sandbox.look { $0.stats.webhooksPending } == 0 }
    }
}

/// Waits for what other tasks bring about; false when it does not come within ten seconds.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(10)
    while ContinuousClock.now < end {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return false
}

func temporaryFile() -> String {
    FileManager.default.temporaryDirectory.appendingPathComponent("sandbox-\(UUID().uuidString).jsonl").path
}
