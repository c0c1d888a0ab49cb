import Foundation
import Platform
import PluginKit

/// The steps that make a demo tenant. Each can be repeated: it finds what was done already.
struct DemoSetup: Sendable {
    let client: LocalClient
    let configuration: DevConfiguration

    private var tenants: String { configuration.baseURL + "/admin/v1/tenants" }
    private var token: String { configuration.adminToken.revealed }

    private func own(_ tenant: DemoTenant) -> String { "\(tenants)/\(tenant.tenantID ?? "")" }

    private func staff(_ method: String, _ url: String, _ body: JSON? = nil) async throws -> JSON {
        try await client.must(method, url, token: token, body)
    }

    @Sendable func createTenant(_ tenant: inout DemoTenant) async throws {
        guard tenant.tenantID == nil else { return }
        if let known = try await find(tenant) {
            tenant.tenantID = known
        } else {
            let body: JSON = ["name": .string(tenant.name), "region": .string(tenant.region)]
            tenant.tenantID = try await staff("POST", tenants, body)["id"]?.string
        }
    }

    /// One that a start made which was killed before it wrote the id down.
    private func find(_ tenant: DemoTenant) async throws -> String? {
        var page = try await staff("GET", tenants + "?limit=200")
        while true {
            for known in page["data"]?.array ?? []
            where known["name"]?.string == tenant.name && known["region"]?.string == tenant.region {
                return known["id"]?.string
            }
            guard let cursor = page["next_cursor"]?.string else { return nil }
            page = try await staff("GET", tenants + "?limit=200&cursor=" + escaped(cursor))
        }
    }

    /// Its agreement first: without one nothing moves.
    @Sendable func connectChannel(_ tenant: inout DemoTenant) async throws {
        let channels = own(tenant) + "/channels"
        if let channel = tenant.channelID {
            guard tenant.messengerURL != configuration.sandboxURL else { return }
            let change: JSON = ["configuration": ["base_url": .string(configuration.sandboxURL)]]
            _ = try await staff("PATCH", "\(channels)/\(channel)", change)
        } else {
            try await agree(tenant)
            let channel = try await connect(tenant, channels)
            tenant.channelID = channel["id"]?.string
            tenant.ingressURL = channel["ingress_url"]?.string
        }
        tenant.messengerURL = configuration.sandboxURL
    }

    private func agree(_ tenant: DemoTenant) async throws {
        let agreements = own(tenant) + "/agreements"
        let known = try await staff("GET", agreements)["data"]?.array ?? []
        guard !known.contains(where: { $0["state"] == "in_force" }) else { return }
        _ = try await staff("POST", agreements, ["reference": "DEMO-AVV-1", "signed_on": "2026-01-15"])
    }

    private func connect(_ tenant: DemoTenant, _ channels: String) async throws -> JSON {
        let settings: JSON = [
            "phone_number_id": .string(tenant.phoneNumberID), "business_account_id": .string(tenant.businessAccountID),
            "access_token": .string(tenant.accessToken), "pin": "314159",
            "display_phone_number": .string(tenant.displayPhoneNumber),
            "base_url": .string(configuration.sandboxURL),
        ]
        let ingress: JSON = ["app_secret": .string(tenant.appSecret), "verify_token": .string(tenant.verifyToken)]
        let new: JSON = ["plugin": "whatsapp-cloud", "configuration": settings, "ingress": ingress]
        let answer = try await client.call("POST", channels, token: token, new)
        guard answer.status == 409 else { return try answer.success("POST \(channels)") }
        // Connected by a start that was killed before it wrote that down; perhaps with other secrets.
        let known = try await staff("GET", channels)["data"]?.array?
            .first { $0["address"]?.string == tenant.phoneNumberID }
        guard let id = known?["id"]?.string else { return try answer.success("POST \(channels)") }
        return try await staff("PATCH", "\(channels)/\(id)", ["configuration": settings, "ingress": ingress])
    }

    @Sendable func issueKey(_ tenant: inout DemoTenant) async throws {
        guard tenant.apiKey == nil else { return }
        let keys = own(tenant) + "/api-keys"
        // A key is shown once: one that nobody wrote down is of no use to anybody.
        for key in try await staff("GET", keys)["data"]?.array ?? []
        where key["label"] == "demo" && key["revoked_at"]?.isNull == true {
            _ = try await staff("DELETE", "\(keys)/\(key["id"]?.string ?? "")")
        }
        let scopes = Scope.allCases.map { JSON.string($0.rawValue) }
        tenant.apiKey = try await staff("POST", keys, ["label": "demo", "scopes": .array(scopes)])["token"]?.string
    }

    /// Last: nothing may be missing. Writes down who the tenant is, and moves it on as far as it is not there yet.
    @Sendable func goLive(_ tenant: inout DemoTenant) async throws {
        let known = try await staff("GET", own(tenant))
        guard let state = known["state"]?.string, ["draft", "onboarding"].contains(state) else { return }
        _ = try await staff("PATCH", own(tenant), ["details": tenant.controllerDetails])
        if state == "draft" { _ = try await staff("PATCH", own(tenant), ["state": "onboarding"]) }
        _ = try await staff("PATCH", own(tenant), ["state": "active"])
    }

    /// Tells the sandbox of the number, as one that Meta has and nobody uses yet.
    @Sendable func provision(_ tenant: inout DemoTenant) async throws {
        let number = configuration.sandboxURL + "/sandbox/numbers/\(tenant.phoneNumberID)"
        let isKnown = try await client.must("GET", configuration.sandboxURL + "/sandbox/numbers")["numbers"]?.array?
            .contains { $0["id"]?.string == tenant.phoneNumberID }
        var facts = JSONObject([
            ("waba_id", .string(tenant.businessAccountID)),
            ("display_phone_number", .string(tenant.displayPhoneNumber)),
            ("verified_name", .string(tenant.name)), ("access_token", .string(tenant.accessToken)),
            ("app_secret", .string(tenant.appSecret)), ("verify_token", .string(tenant.verifyToken)),
            ("contact_book", false),
        ])
        if isKnown != true {
            facts["registered"] = false
            facts["subscribed"] = false
        }
        _ = try await client.must("PUT", number, .object(facts))
    }

    /// Connecting told the sandbox where to post; this start may serve at another port, and the sandbox asks there
    /// again.
    func direct(_ tenant: DemoTenant) async throws {
        let url = tenant.facts(baseURL: configuration.baseURL)["ingress_url"] ?? .null
        let answer = try await client.call(
            "POST", configuration.sandboxURL + "/v23.0/\(tenant.phoneNumberID)", token: tenant.accessToken,
            ["webhook_configuration": ["override_callback_uri": url, "verify_token": .string(tenant.verifyToken)]])
        guard answer.json["success"]?.bool == true else {
            let reason = answer.json["error"]?["error_data"]?["details"]?.string ?? "no reason given"
            throw SettingsError(
                description: "the sandbox could not verify the webhook URL of number \(tenant.phoneNumberID): \(reason)"
            )
        }
    }

    private func escaped(_ cursor: String) -> String {
        cursor.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? cursor
    }
}
