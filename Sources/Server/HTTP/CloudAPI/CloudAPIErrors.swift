import Hummingbird
import Platform
import PluginKit

import struct Foundation.UUID

/// Our problems as Meta's error object (Graph API, "handling errors"), which clients made for Meta read.
enum CloudAPIErrors {
    static let unknownNumber = PlatformError(.notFound, "Object does not exist, or this key may not use it.")

    /// Whether a path is of that surface: `/v23.0/…`.
    static func speaks(_ path: String) -> Bool {
        guard let first = path.split(separator: "/").first, first.hasPrefix("v"), first.hasSuffix(".0") else {
            return false
        }
        return Int(first.dropFirst().dropLast(2)) != nil
    }

    static func response(_ problem: Problem) -> Response {
        let (status, code, title, type) = meaning(problem)
        var details = problem.detail
        for field in problem.fields { details += " \(field.path): \(field.problem)." }
        if let remedy = problem.remedy { details += " \(remedy)" }
        var error = JSONObject([
            ("message", .string("(#\(code)) \(title)")), ("type", .string(type)), ("code", .int(code)),
            ("error_data", ["messaging_product": "whatsapp", "details": .string(details)]),
        ])
        if problem.code == "not_found" { error["error_subcode"] = 33 }
        error["obhut_code"] = .string(problem.refusal?.code.rawValue ?? problem.code)
        error["fbtrace_id"] = .string(UUID().uuidString)
        var response = (["error": .object(error)] as JSON).response(status: status)
        for field in problem.headers { response.headers[field.name] = field.value }
        return response
    }

    private static func meaning(_ problem: Problem) -> (status: Int, code: Int, title: String, type: String) {
        if let refusal = problem.refusal {
            return refusal.code == .serviceWindowClosed
                ? (400, 131047, "Re-engagement message", "OAuthException")
                : (403, 10, "Application does not have permission for this action", "OAuthException")
        }
        switch problem.status {
        case 401: return (401, 190, "Invalid OAuth access token", "OAuthException")
        case 403: return (403, 10, "Application does not have permission for this action", "OAuthException")
        case 404: return (400, 100, "Unsupported post request. Object does not exist", "GraphMethodException")
        case 405: return (405, 100, "Unsupported request method", "GraphMethodException")
        case 429: return (429, 130429, "Rate limit hit", "OAuthException")
        case 500...: return (problem.status, 2, "Service temporarily unavailable", "OAuthException")
        default: return (400, 100, "Invalid parameter", "OAuthException")
        }
    }
}
