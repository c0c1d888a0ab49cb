import Outbound
import PluginKit
import Synchronization

@testable import WhatsAppCloud

/// A business account at Meta with one number, as far as connecting needs it. A test changes what it is, or has calls
/// refused.
final class Account: Sendable {
    struct State: Sendable {
        var scopes = ["whatsapp_business_messaging", "whatsapp_business_management"]
        var isValid = true
        var status = "DISCONNECTED"
        var verification = "VERIFIED"
        var region: String?
        var callback: String?
        var isSubscribed = false
        var numbers = ["100"]
        var secret = "app-secret"
        /// Meta's codes by the call that is refused with them.
        var refuses: [String: Int] = [:]
        /// Calls that change something, in order.
        var changes: [String] = []
    }

    private let state: Mutex<State>

    init(_ change: (inout State) -> Void = { _ in }) {
        var state = State()
        change(&state)
        self.state = Mutex(state)
    }

    var now: State { state.withLock { $0 } }

    var meta: ScriptedMeta {
        ScriptedMeta { request in
            let (status, body) = self.state.withLock { Self.answer(request, &$0) }
            return .success(OutboundResponse(status: status, body: body.encoded()))
        }
    }

    private static func answer(_ request: OutboundRequest, _ state: inout State) -> (Int, JSON) {
        let parts = request.url.split(separator: "?", maxSplits: 1)
        let path = parts[0].split(separator: "/").dropFirst(3).map(String.init)
        let query = parts.count > 1 ? String(parts[1]) : ""
        let name = path.count > 1 ? path[1] : path[0] == "debug_token" ? path[0] : request.method + " number"
        if let code = state.refuses[name] { return (400, ["error": ["code": .number("\(code)"), "message": "x"]]) }
        let ok: (Int, JSON) = (200, ["success": true])
        switch name {
        case "debug_token":
            return (
                200,
                [
                    "data": [
                        "is_valid": .bool(state.isValid), "app_id": "77", "expires_at": 0,
                        "scopes": .array(state.scopes.map { .string($0) }),
                    ]
                ]
            )
        case "GET number":
            if query.contains("appsecret_proof") {
                let proof = GraphClient.proof(token: "token-1", appSecret: state.secret)
                return query.hasSuffix("=\(proof)") ? (200, ["id": "100"]) : (400, ["error": ["code": 100]])
            }
            var number = JSONObject([
                ("display_phone_number", "+49 30 1"), ("verified_name", "Praxis"), ("status", .string(state.status)),
                ("code_verification_status", .string(state.verification)),
            ])
            if let url = state.callback { number["webhook_configuration"] = ["phone_number": .string(url)] }
            return (200, .object(number))
        case "phone_numbers": return (200, ["data": .array(state.numbers.map { ["id": .string($0)] })])
        case "settings":
            return (
                200, state.region.map { ["storage_configuration": ["data_localization_region": .string($0)]] } ?? [:]
            )
        case "subscribed_apps" where request.method == "GET":
            return (200, ["data": state.isSubscribed ? [["whatsapp_business_api_data": ["id": "77"]]] : []])
        default: break
        }
        state.changes.append(name)
        switch name {
        case "subscribed_apps": state.isSubscribed = true
        case "register": (state.status, state.region) = ("CONNECTED", request.json["data_localization_region"]?.string)
        case "deregister": (state.status, state.region) = ("DISCONNECTED", nil)
        default:
            let url = request.json["webhook_configuration"]?["override_callback_uri"]?.string ?? ""
            state.callback = url.isEmpty ? nil : url
        }
        return ok
    }
}
