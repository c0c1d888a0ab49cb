import Foundation
import Logging
import Outbound
import PluginKit

/// Calls the server and the sandbox on this machine, as any client would.
struct LocalClient: Sendable {
    let http: CurlClient

    init(exceptions: [String] = ["127.0.0.0/8"]) throws {
        http = CurlClient(policy: try EgressPolicy(exceptions: exceptions), logger: Logger(label: "local"))
    }

    struct Answer: Sendable {
        var status: Int
        var json: JSON

        /// - Throws: one sentence when the status is not in the 200s.
        func success(_ request: String) throws -> JSON {
            guard (200..<300).contains(status) else {
                throw SettingsError(description: "\(request) answered \(status): \(json.text)")
            }
            return json
        }
    }

    func call(_ method: String, _ url: String, token: String? = nil, _ body: JSON? = nil) async throws -> Answer {
        var headers: [(name: String, value: String)] = []
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        if body != nil { headers.append(("Content-Type", "application/json")) }
        let response = try await http.send(
            OutboundRequest(method: method, url: url, headers: headers, body: body?.encoded(), timeout: .seconds(20)))
        return Answer(status: response.status, json: (try? JSON(parsing: response.body)) ?? .null)
    }

    /// - Throws: one sentence when the answer's status is not in the 200s.
    func must(_ method: String, _ url: String, token: String? = nil, _ body: JSON? = nil) async throws -> JSON {
        try await call(method, url, token: token, body).success("\(method) \(url)")
    }
}
