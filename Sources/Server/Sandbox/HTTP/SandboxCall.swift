internal import Foundation
internal import PluginKit

/// A request, taken apart.
struct SandboxCall: Sendable {
    var method: String
    /// Decoded, without Graph's version.
    var path: [String]
    var query: [String: String]
    var token: String?
    var contentType: String
    /// As the caller addressed us, for URLs that lead back.
    var host: String
    var body: [UInt8]

    /// - Parameter target: path and query as on the request line.
    init(
        method: String, target: String, authorization: String? = nil, contentType: String = "", host: String = "",
        body: [UInt8] = []
    ) {
        self.method = method
        self.contentType = contentType
        self.host = host
        self.body = body
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = (parts.first ?? "").split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        if let version = path.first, Self.isVersion(version) { path.removeFirst() }
        self.path = path
        query = parts.count > 1 ? Self.fields(parts[1]) : [:]
        let scheme = "bearer "
        if let authorization, authorization.lowercased().hasPrefix(scheme) {
            token = String(authorization.dropFirst(scheme.count))
        } else {
            token = query["access_token"]
        }
    }

    /// The body as JSON, or as the form that Graph takes too; an empty body is an empty object.
    func json() throws(GraphError) -> JSON {
        guard !body.isEmpty else { return [:] }
        if contentType.hasPrefix("application/x-www-form-urlencoded") {
            let fields = Self.fields(Substring(String(decoding: body, as: UTF8.self)))
            return .object(JSONObject(fields.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        do throws(JSONError) {
            return try JSON(parsing: body)
        } catch {
            throw GraphError(100, details: "The body is not JSON: \(error)")
        }
    }

    /// `v23.0`
    private static func isVersion(_ text: String) -> Bool {
        guard text.hasPrefix("v") else { return false }
        let parts = text.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }
    }

    private static func fields(_ text: Substring) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map {
                let spaced = $0.replacing("+", with: " ")
                return spaced.removingPercentEncoding ?? String(spaced)
            }
            fields[decoded[0]] = decoded.count > 1 ? decoded[1] : ""
        }
        return fields
    }
}

/// What to answer.
struct SandboxReply: Sendable {
    var status = 200
    var contentType = "application/json; charset=UTF-8"
    var body: [UInt8]
    /// Closes the connection without a word.
    var isDropped = false

    init(_ json: JSON, status: Int = 200) {
        self.status = status
        body = json.encoded()
    }

    init(bytes: [UInt8], contentType: String) {
        self.contentType = contentType
        body = bytes
    }

    static let success = SandboxReply(["success": true])

    static func refusal(_ error: GraphError) -> SandboxReply { SandboxReply(error.json, status: error.status) }

    static var dropped: SandboxReply {
        var reply = SandboxReply(.null)
        reply.isDropped = true
        return reply
    }
}
