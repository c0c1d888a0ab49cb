import Outbound
import PluginKit

/// All of the network that these tests need: a Graph API that finds every number and token in order, and knows no other
/// request.
struct KindMeta: OutboundHTTP {
    func send(_ request: OutboundRequest) async throws(OutboundError) -> OutboundResponse {
        let path = request.url.split(separator: "/").dropFirst(3).joined(separator: "/")
        guard request.url.hasPrefix("https://graph.facebook.com/"), let answer = Self.answer(path) else {
            throw OutboundError(kind: .refusedAddress, beforeSending: true)
        }
        return OutboundResponse(status: 200, body: answer.encoded())
    }

    private static func answer(_ path: String) -> JSON? {
        if path == "debug_token" {
            let scopes: JSON = ["whatsapp_business_messaging", "whatsapp_business_management"]
            return ["data": ["is_valid": true, "scopes": scopes, "expires_at": 0, "app_id": "1"]]
        }
        if path.contains("/phone_numbers") { return ["data": [["id": "109876543210001"]]] }
        if path.hasSuffix("/settings") { return ["storage_configuration": ["data_localization_region": "DE"]] }
        if path.hasSuffix("/subscribed_apps") { return ["data": [["whatsapp_business_api_data": ["id": "1"]]]] }
        return path.contains("?fields=") || !path.contains("/") ? ["id": "1", "status": "CONNECTED"] : nil
    }
}
