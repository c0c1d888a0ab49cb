import ArgumentParser
import Foundation
import Logging
import PluginKit

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Walk the whole path aloud against a running obhut dev.")

    @Option(help: "The file that obhut dev wrote when it was ready.")
    var readyFile = ".obhut/ready.json"

    func run() async throws {
        JSONLogHandler.install(level: .error)
        guard let data = FileManager.default.contents(atPath: readyFile), let ready = try? JSON(parsing: Array(data)),
            let tenants = ready["tenants"]?.array, tenants.count >= 2
        else { throw SettingsError(description: "\(readyFile) is not there or not ready; start obhut dev first") }
        let walk = try DemoWalk(ready: ready, tenant: tenants[0], other: tenants[1])
        try await walk.run()
    }
}

/// The path of one conversation, each step with the request that was made and the answer that came.
struct DemoWalk: Sendable {
    private let base: String
    private let sandbox: String
    private let tenant: JSON
    private let other: JSON
    private let client: LocalClient
    /// A person nobody has heard of yet.
    private let handset = "49151\(Int.random(in: 10_000_000...99_999_999))"

    init(ready: JSON, tenant: JSON, other: JSON) throws {
        base = ready["base_url"]?.string ?? ""
        sandbox = ready["sandbox_url"]?.string ?? ""
        self.tenant = tenant
        self.other = other
        client = try LocalClient()
    }

    func run() async throws {
        let key = tenant["api_key"]?.string ?? ""
        say("A customer writes to \(tenant["name"]?.string ?? "") from \(handset)")
        let written = try await step(
            "POST", sandbox + "/handsets/\(handset)/messages",
            [
                "to": tenant["phone_number_id"] ?? .null, "profile_name": "Anna Beispiel",
                "text": ["body": "Guten Tag, haben Sie morgen einen Termin frei?"],
            ])

        say("The tenant finds nothing of it: what came before the person agreed is in quarantine")
        _ = try await step("GET", base + "/api/v1/messages?direction=inbound&limit=1", token: key)

        say("It cannot write to the person either: the gate refuses and explains itself")
        let reply: JSON = ["to": ["phone": .string(handset)], "text": ["body": "Ja, um 10 Uhr."]]
        _ = try await step("POST", base + "/api/v1/messages", token: key, reply, expecting: 403)

        say("The person agreed on the practice's form; the tenant states that consent with its evidence")
        _ = try await step(
            "POST", base + "/api/v1/consents", token: key,
            [
                "contact": ["phone": .string(handset)], "purpose": "service", "state": "granted",
                "occurred_at": .string(Timestamp.text(Date())),
                "evidence": [
                    "method": "web_form", "text": "Ich möchte über WhatsApp beraten werden.", "language": "de",
                    "text_version": "1",
                ],
            ], expecting: 201)

        say("Now the tenant reads what was written")
        let message = try await eventually("the message") {
            // Others may write at the same time.
            let page = try await client.must("GET", base + "/api/v1/messages?direction=inbound&limit=50", token: key)
            return page["data"]?.array?.first { $0["provider_message_id"] == written["id"] }
        }
        _ = try await step("GET", base + "/api/v1/messages/\(message["id"]?.string ?? "")", token: key)

        say("Now the answer goes out")
        let sent = try await step("POST", base + "/api/v1/messages", token: key, reply)
        let id = sent["id"]?.string ?? ""

        say("The handset shows it")
        let arrived = try await eventually("the answer on the handset") {
            let page = try await client.must("GET", sandbox + "/handsets/\(handset)/messages")
            return page["messages"]?.array?.first { $0["biz_opaque_callback_data"]?.string == id }
        }
        print("  GET /handsets/\(handset)/messages\n  → \(arrived.text)\n")

        say("The person reads it, and the status comes back")
        _ = try await step(
            "POST", sandbox + "/handsets/\(handset)/messages/\(escaped(arrived["id"]?.string ?? ""))/read")
        let read = try await eventually("the status read") {
            let message = try await client.must("GET", base + "/api/v1/messages/\(id)", token: key)
            return message["state"] == "read" ? message : nil
        }
        print("  GET /api/v1/messages/\(id)\n  → \(read.text)\n")

        say("\(other["name"]?.string ?? "") lives in another region and sees nothing of it")
        _ = try await step(
            "GET", base + "/api/v1/messages/\(id)", token: other["api_key"]?.string ?? "", expecting: 404)
        await client.http.shutdown()
        print("That is the whole path.")
    }

    /// Message ids are Base64, in which `/` may stand.
    private func escaped(_ id: String) -> String { id.replacing("/", with: "%2F").replacing("+", with: "%2B") }

    private func say(_ text: String) { print("\n— \(text)\n") }

    private func step(
        _ method: String, _ url: String, token: String? = nil, _ body: JSON? = nil, expecting status: Int = 200
    ) async throws -> JSON {
        let path = url.replacingOccurrences(of: base, with: "").replacingOccurrences(of: sandbox, with: "")
        print("  \(method) \(path)\(body.map { "  \($0.text)" } ?? "")")
        let answer = try await client.call(method, url, token: token, body)
        print("  → \(answer.status)  \(answer.json.text)\n")
        guard answer.status == status else {
            throw SettingsError(description: "\(method) \(path) answered \(answer.status); expected \(status)")
        }
        return answer.json
    }

    private func eventually(_ what: String, _ look: () async throws -> JSON?) async throws -> JSON {
        let end = Date(timeIntervalSinceNow: 20)
        while Date() < end {
            if let found = try await look() { return found }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw SettingsError(description: "\(what) did not come within 20 seconds")
    }
}
