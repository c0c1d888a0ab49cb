import Crypto
import Outbound
import PluginKit

/// Calls of the Graph API that are no delivery. Credentials go in headers and bodies, never in a URL.
struct GraphClient {
    let connection: ChannelConnection

    /// Why a call brought nothing.
    struct Refusal: Error {
        /// Meta's code; nil when it gave none, or nothing answered.
        var code: Int?
        var subcode: Int?
        var message: String
        var remedy: String?
        /// It was the token that was refused.
        var isToken: Bool
        var isTemporary: Bool
        /// Nothing answered.
        var isUnreachable = false
    }

    func get(_ path: String) async throws(Refusal) -> JSON {
        try await send(OutboundRequest(url: connection.graph(path)))
    }

    /// A GET whose parameters must not stand in a URL. Graph takes them in a POST's body that names the method.
    func get(_ path: String, hiding parameters: JSONObject) async throws(Refusal) -> JSON {
        var body = parameters
        body["method"] = "get"
        return try await post(path, .object(body))
    }

    @discardableResult
    func post(_ path: String, _ body: JSON = [:]) async throws(Refusal) -> JSON {
        try await send(
            OutboundRequest(
                method: "POST", url: connection.graph(path), headers: [("Content-Type", "application/json")],
                body: body.encoded()))
    }

    /// `appsecret_proof`: HMAC-SHA-256 of the access token under the app secret, in hexadecimal (Graph API, "securing
    /// requests").
    static func proof(token: String, appSecret: String) -> String {
        HMAC<SHA256>.authenticationCode(for: Array(token.utf8), using: SymmetricKey(data: Array(appSecret.utf8)))
            .map { byte in
                let digits = String(byte, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    private func send(_ template: OutboundRequest) async throws(Refusal) -> JSON {
        var request = template
        request.headers.append(connection.authorization)
        // Subscribing makes Meta call our ingress before it answers.
        request.timeout = .seconds(20)
        request.maxResponseBytes = 256 * 1024
        let response: OutboundResponse
        do throws(OutboundError) {
            response = try await connection.http.send(request)
        } catch {
            throw Refusal(
                message: "Meta could not be reached: \(error.kind).", isToken: false, isTemporary: true,
                isUnreachable: true)
        }
        let answer = (try? JSON(parsing: response.body)) ?? .null
        if response.status == 200, answer["error"] == nil { return answer }
        throw Self.refusal(answer, status: response.status)
    }

    static func refusal(_ answer: JSON, status: Int) -> Refusal {
        guard let error = GraphError(answer: answer) else {
            return Refusal(
                message: "Meta answered with HTTP status \(status).", isToken: status == 401,
                isTemporary: status >= 500 || status == 429)
        }
        // Meta refuses a token with 401 or with 400; the code tells.
        return Refusal(
            code: error.code, subcode: answer["error"]?["error_subcode"]?.int, message: error.fault.message,
            remedy: error.fault.remedy, isToken: [0, 190].contains(error.code),
            isTemporary: [1, 2, 4, 80007, 131000, 131016, 133004, 133008, 133009].contains(error.code))
    }
}

extension ConnectionReport.Step {
    /// A step that a call's refusal ended.
    static func refused(_ name: String, _ refusal: GraphClient.Refusal, field: String, detail: String? = nil)
        -> ConnectionReport.Step
    {
        let field = refusal.isToken ? "configuration.access_token" : field
        let own = refusal.isToken || refusal.isTemporary ? nil : detail
        return .init(
            name, .failed, own ?? refusal.message, remedy: refusal.remedy, field: field,
            isTemporary: refusal.isTemporary)
    }
}
