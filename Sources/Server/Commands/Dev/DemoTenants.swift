import Foundation
import Platform
import PluginKit

/// A demo tenant, with all that a client needs.
struct DemoTenant: Sendable {
    var json: JSON

    var name: String { json["name"]?.string ?? "" }
    var region: String { json["region"]?.string ?? "" }
    var displayPhoneNumber: String { json["display_phone_number"]?.string ?? "" }
}

/// Makes two tenants in two regions over the admin API, as staff would; a second start finds them again.
struct DemoTenants: Sendable {
    let folder: DataFolder
    let configuration: DevConfiguration

    private static let wanted = [
        (name: "Praxis Sonnenhof", region: "eu-central", number: "109876543210001", account: "209876543210001", display: "+49 30 5550101"),
        (name: "Nordwind Bikes", region: "eu-north", number: "109876543210002", account: "209876543210002", display: "+358 9 5550102"),
    ]

    func prepare(stop: StopSignal) async throws -> [DemoTenant] {
        let client = try LocalClient()
        do {
            try await waitUntilReady(client, stop)
            var tenants = folder.json("demo.json")?.array ?? []
            for wanted in Self.wanted.dropFirst(tenants.count) {
                tenants.append(try await make(wanted, client))
                try DataFolder.write(JSON.array(tenants).encoded(), to: folder.file("demo.json"))
            }
            for tenant in tenants { try await provision(tenant, client) }
            await client.http.shutdown()
            return tenants.map { tenant in
                var object = tenant.object ?? JSONObject()
                object["access_token"] = nil
                return DemoTenant(json: .object(object))
            }
        } catch {
            await client.http.shutdown()
            throw error
        }
    }

    private func waitUntilReady(_ client: LocalClient, _ stop: StopSignal) async throws {
        let end = Date(timeIntervalSinceNow: 90)
        while Date() < end {
            try stop.check()
            let server = try? await client.call("GET", configuration.baseURL + "/readyz")
            let sandbox = try? await client.call("GET", configuration.sandboxURL + "/sandbox/health")
            if server?.status == 200, sandbox?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw SettingsError(
            description: "the server or the sandbox was not ready in time; see \(folder.file("server.log")) and \(folder.file("sandbox.log"))")
    }

    private typealias Wanted = (name: String, region: String, number: String, account: String, display: String)

    private func make(_ wanted: Wanted, _ client: LocalClient) async throws -> JSON {
        let admin = configuration.baseURL + "/admin/v1/tenants"
        let token = configuration.adminToken.revealed
        let tenant = try await client.must("POST", admin, token: token, ["name": .string(wanted.name), "region": .string(wanted.region)])
        let own = "\(admin)/\(tenant["id"]?.string ?? "")"
        _ = try await client.must(
            "POST", own + "/agreements", token: token, ["reference": "DEMO-AVV-1", "signed_on": "2026-01-15"])
        let (access, secret, verify) = ("EAA" + randomText(40), randomText(32), randomText(24))
        let channel = try await client.must(
            "POST", own + "/channels", token: token,
            [
                "plugin": "whatsapp-cloud",
                "configuration": [
                    "phone_number_id": .string(wanted.number), "business_account_id": .string(wanted.account),
                    "access_token": .string(access), "display_phone_number": .string(wanted.display),
                    "base_url": .string(configuration.sandboxURL),
                ], "ingress": ["app_secret": .string(secret), "verify_token": .string(verify)],
            ])
        let key = try await client.must(
            "POST", own + "/api-keys", token: token,
            ["label": "demo", "scopes": .array(Scope.allCases.map { .string($0.rawValue) })])
        return [
            "tenant_id": tenant["id"] ?? .null, "name": .string(wanted.name), "region": .string(wanted.region),
            "api_key": key["token"] ?? .null, "channel_id": channel["id"] ?? .null, "phone_number_id": .string(wanted.number),
            "business_account_id": .string(wanted.account), "display_phone_number": .string(wanted.display),
            "ingress_url": channel["ingress_url"] ?? .null, "app_secret": .string(secret), "verify_token": .string(verify),
            "access_token": .string(access),
        ]
    }

    /// Tells the sandbox of the number, and has it ask the server whether the webhook URL is its own.
    private func provision(_ tenant: JSON, _ client: LocalClient) async throws {
        let number = configuration.sandboxURL + "/sandbox/numbers/\(tenant["phone_number_id"]?.string ?? "")"
        _ = try await client.must(
            "PUT", number,
            [
                "waba_id": tenant["business_account_id"] ?? .null, "display_phone_number": tenant["display_phone_number"] ?? .null,
                "verified_name": tenant["name"] ?? .null, "access_token": tenant["access_token"] ?? .null,
                "app_secret": tenant["app_secret"] ?? .null, "verify_token": tenant["verify_token"] ?? .null,
                "webhook_url": tenant["ingress_url"] ?? .null, "data_localization_region": "DE", "contact_book": false,
            ])
        _ = try await client.must("POST", number + "/subscribe")
    }
}
