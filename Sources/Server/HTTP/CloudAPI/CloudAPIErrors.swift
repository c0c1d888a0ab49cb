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

    /// Whether a route's template is of that surface.
    static func isTemplate(_ template: String) -> Bool { template.hasPrefix("/{version}/") }

    static func response(_ problem: Problem) -> Response {
        let meaning = CloudAPIMeaning(problem)
        var error = JSONObject([
            ("message", .string("(#\(meaning.code)) \(meaning.title)")), ("type", .string(meaning.type)),
            ("code", .int(meaning.code)),
            ("error_data", ["messaging_product": "whatsapp", "details": .string(details(problem))]),
        ])
        if problem.code == "not_found" { error["error_subcode"] = 33 }
        error["obhut_code"] = .string(problem.refusal?.code.rawValue ?? problem.code)
        error["fbtrace_id"] = .string(UUID().uuidString)
        var response = (["error": .object(error)] as JSON).response(status: meaning.status)
        for field in problem.headers { response.headers[field.name] = field.value }
        return response
    }

    /// Our sentence and what would help.
    static func details(_ problem: Problem) -> String {
        // What is wrong with one field alone is all that the detail says.
        let isSaid = problem.fields.contains { problem.detail == "\($0.path): \($0.problem)" }
        let parameters = problem.fields.map { "\(parameter($0.path)): \($0.problem)." }
        return ((isSaid ? [] : [problem.detail]) + parameters + [problem.remedy].compactMap { $0 }).joined(
            separator: " ")
    }

    /// Kinds of address have parameters of their own here.
    private static func parameter(_ path: String) -> String {
        switch path {
        case "to.phone": "to"
        case "to.bsuid": "recipient"
        default: path
        }
    }
}
