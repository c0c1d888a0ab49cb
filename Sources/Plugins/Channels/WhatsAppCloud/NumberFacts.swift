import PluginKit

import struct Foundation.Date

/// A number as Meta shows it.
struct NumberFacts {
    let display: String?
    let name: String?
    let quality: String
    /// `CONNECTED`, `PENDING`, `DISCONNECTED`, `BANNED` …
    let status: String?
    /// `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`.
    let verification: String?
    /// `LIVE` or `SANDBOX`.
    let mode: String?
    let limit: String?
    /// Where this number's webhooks go, when it has a URL of its own.
    let callback: String?

    static let fields =
        "display_phone_number,verified_name,quality_rating,status,code_verification_status,account_mode,"
        + "whatsapp_business_manager_messaging_limit,webhook_configuration"

    static func read(_ graph: GraphClient) async throws(GraphClient.Refusal) -> NumberFacts {
        NumberFacts(try await graph.get("\(graph.connection.address)?fields=\(fields)"))
    }

    init(_ json: JSON) {
        display = json["display_phone_number"]?.string
        name = json["verified_name"]?.string
        quality = json["quality_rating"]?.string ?? "UNKNOWN"
        status = json["status"]?.string
        verification = json["code_verification_status"]?.string
        mode = json["account_mode"]?.string
        limit =
            json["whatsapp_business_manager_messaging_limit"]?.string ?? json["messaging_limit_tier"]?.string
        callback = json["webhook_configuration"]?["phone_number"]?.string
    }

    /// Meta sends and takes messages of it.
    var isRegistered: Bool {
        ["CONNECTED", "FLAGGED", "RESTRICTED", "RATE_LIMITED"].contains(status)
    }

    var sentence: String {
        "\(display ?? "The number"), shown as \(name ?? "(no name)")\(mode == "SANDBOX" ? ", for tests only" : "")."
    }
}

/// An access token as Meta shows it (Graph API, `debug_token`).
struct TokenFacts {
    let isValid: Bool
    let scopes: Set<String>
    let app: String?
    /// nil for one that never expires.
    let expiresAt: Date?

    static let needed = ["whatsapp_business_messaging", "whatsapp_business_management"]

    var missing: [String] { Self.needed.filter { !scopes.contains($0) } }

    static func read(_ graph: GraphClient) async throws(GraphClient.Refusal) -> TokenFacts {
        let token = graph.connection.configuration.text("access_token") ?? ""
        let answer = try await graph.get("debug_token", hiding: JSONObject([("input_token", .string(token))]))
        guard answer["data"]?["is_valid"] != nil else {
            throw GraphClient.Refusal(
                message: "Meta does not show what this token may.", isToken: false, isTemporary: false)
        }
        return TokenFacts(answer)
    }

    init(_ answer: JSON) {
        let data = answer["data"]
        isValid = data?["is_valid"]?.bool ?? false
        let granular = (data?["granular_scopes"]?.array ?? []).compactMap { $0["scope"]?.string }
        scopes = Set((data?["scopes"]?.array ?? []).compactMap(\.string) + granular)
        app = data?["app_id"]?.string
        // 0 stands for never.
        expiresAt = data?["expires_at"].flatMap { Envelope.time($0) }.flatMap {
            $0.timeIntervalSince1970 > 0 ? $0 : nil
        }
    }
}
