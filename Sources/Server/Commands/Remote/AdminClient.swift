import Foundation
import Logging
import Outbound
import PluginKit

/// Calls the admin API with a staff token.
struct AdminClient: Sendable {
    let http: any OutboundHTTP
    /// `…/admin/v1`
    let base: String
    let token: Secret<String>

    /// What a private address may be reached at without TLS. Elsewhere a token does not travel in the clear.
    static let privateNetworks = [
        "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
        "fc00::/7", "fe80::/10",
    ]

    /// - Parameters:
    ///   - query: what is nil is left out.
    ///   - key: makes repeating safe where the route takes one.
    /// - Throws: `CommandFailure` with what the server says.
    @discardableResult
    func call(
        _ method: String, _ path: String, _ body: JSON? = nil, query: [(String, String?)] = [], key: String? = nil
    ) async throws -> JSON {
        var headers = [("Authorization", "Bearer \(token.revealed)"), ("Accept", "application/json")]
        if body != nil { headers.append(("Content-Type", "application/json")) }
        if let key { headers.append(("Idempotency-Key", key)) }
        // A chain of a million entries takes a while to be checked.
        let response = try await http.send(
            OutboundRequest(
                method: method, url: base + "/" + path + Self.text(of: query),
                headers: headers.map { (name: $0.0, value: $0.1) },
                body: body?.encoded(), timeout: .seconds(300), maxResponseBytes: 64 << 20))
        let json = response.body.isEmpty ? JSON.null : try? JSON(parsing: response.body)
        guard (200..<300).contains(response.status) else {
            throw CommandFailure(status: response.status, json ?? .null)
        }
        guard let json else {
            throw CommandFailure(
                .unavailable, "what answers is no Obhut server: its answer is no JSON.",
                remedy: "Check --url or OBHUT_URL.")
        }
        return json
    }

    /// Every item of a listing, page by page.
    func every(
        _ path: String, query: [(String, String?)] = [], atMost limit: Int? = nil,
        _ body: (JSON) throws -> Void
    ) async throws {
        var (cursor, left) = (String?.none, limit ?? .max)
        repeat {
            // A listing that is whole has no pages to ask for.
            let more = cursor.map { [("limit", String(min(left, 200))), ("cursor", $0)] } ?? []
            let page = try await call("GET", path, query: query + more)
            for item in (page["data"]?.array ?? []).prefix(left) { try body(item) }
            left -= page["data"]?.array?.count ?? 0
            cursor = page["next_cursor"]?.string
        } while cursor != nil && left > 0
    }

    private static func text(of query: [(String, String?)]) -> String {
        let parts = query.compactMap { name, value in value.map { "\(name)=\(escaped($0))" } }
        return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
    }

    /// For a part of a path or of a query: everything but RFC 3986's unreserved characters.
    static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(
            withAllowedCharacters: CharacterSet(
                charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")) ?? ""
    }
}
