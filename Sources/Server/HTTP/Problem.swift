import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import Platform
import PluginKit
import Postgres

import struct Foundation.Date

/// An error as our own routes tell it (RFC 9457). The one place where errors become statuses.
struct Problem: Error {
    var status: Int
    var code: String
    var detail: String
    var remedy: String?
    var fields: [PlatformError.Field] = []
    var refusal: Refusal?
    var headers: HTTPFields = [:]

    static func malformed(_ detail: String) -> Problem {
        Problem(status: 400, code: "invalid_request", detail: detail, remedy: "Mend the request.")
    }

    static func badTag(_ field: String) -> Problem {
        Problem(
            status: 400, code: "invalid_request", detail: "\(field) is no list of entity tags.",
            remedy: "Send the ETag as it came, with its quotes, or *.")
    }

    static let longURL = Problem(
        status: 414, code: "uri_too_long", detail: "Path and query are longer than \(ServerLimits.url) bytes.",
        remedy: "Send less in the URL.")

    static let manyHeaders = Problem(
        status: 431, code: "headers_too_large",
        detail: "There are more than \(ServerLimits.headers) headers, or \(ServerLimits.headerBytes) bytes of them.",
        remedy: "Send fewer or shorter headers.")

    static func rateLimited(retryAfter seconds: Int) -> Problem {
        var problem = Problem(
            status: 429, code: PlatformError.Code.rateLimited.rawValue, detail: "Too many requests came.",
            remedy: "Wait as long as Retry-After says, then go on more slowly.")
        problem.headers = [.retryAfter: "\(max(seconds, 1))"]
        return problem
    }

    static func invalidJSON(_ detail: String) -> Problem {
        Problem(status: 400, code: "invalid_request", detail: detail, remedy: "Send a JSON object (RFC 8259).")
    }

    static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            status: 413, code: "too_large", detail: "The body is larger than \(limit) bytes.",
            remedy: "Send less at once.")
    }

    static func wrongMethod(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> Problem {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        var problem = Problem(
            status: 405, code: "method_not_allowed", detail: "This route does not know \(method.rawValue).",
            remedy: "Use \(names).")
        problem.headers = [.allow: names]
        return problem
    }

    static let tooSlow: Problem = {
        var problem = Problem(
            status: 408, code: "request_timeout", detail: "The request did not arrive whole in time.",
            remedy: "Send it again, faster or smaller.")
        problem.headers = [.connection: "close"]
        return problem
    }()

    static let notJSON = Problem(
        status: 415, code: "unsupported_media_type", detail: "The body is not said to be JSON.",
        remedy: "Send Content-Type: application/json, in UTF-8, or none.")

    init(status: Int, code: String, detail: String, remedy: String? = nil) {
        self.status = status
        self.code = code
        self.detail = detail
        self.remedy = remedy
    }

    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error where PlatformError.moving(error) != nil:
            self.init(PlatformError(Refusal(.tenantMoving)))
            headers = [.retryAfter: "30"]
        case let error as PlatformError: self.init(error)
        case let refusal as IngressRefusal: self.init(refusal)
        case let refusal as LinkRefusal: self.init(refusal)
        case let error as PostgresError where error.isTransient || error.code == .closed:
            self = Problem(
                status: 503, code: "temporarily_unavailable", detail: "A database does not answer.",
                remedy: "Try again in a few seconds.")
            headers = [.retryAfter: "2"]
        case is RequestTooSlow: self = .tooSlow
        // The caller broke off, or wrote what is no HTTP.
        case is HTTPParserError:
            self = Problem(
                status: 400, code: "invalid_request", detail: "The request broke off.", remedy: "Send it again.")
        case let error as any HTTPResponseError: self.init(status: error.status)
        default:
            self = Problem(
                status: 500, code: "internal", detail: "Something went wrong here.",
                remedy: "Try again; if it stays, tell the provider the request id.")
        }
    }

    private init(_ error: PlatformError) {
        let status: Int
        switch error.code {
        case .invalid, .idempotencyKeyReused: status = 422
        case .unauthenticated: status = 401
        case .forbidden, .addressNotAllowed, .refused: status = 403
        case .notFound: status = 404
        case .conflict, .idempotencyInFlight: status = 409
        case .preconditionFailed: status = 412
        case .rateLimited: status = 429
        case .unavailable: status = 503
        }
        self.init(status: status, code: error.code.rawValue, detail: error.message, remedy: error.remedy)
        fields = error.fields
        refusal = error.refusal
        if error.code == .unauthenticated { headers = [.wwwAuthenticate: "Bearer"] }
        if error.code == .unavailable { headers = [.retryAfter: "2"] }
        if error.code == .idempotencyInFlight { headers = [.retryAfter: "1"] }
    }

    private init(_ refusal: LinkRefusal) {
        switch refusal {
        case .unknown:
            self.init(
                status: 404, code: "not_found", detail: "There is nothing at this link.",
                remedy: "Use the link whole, as it was sent.")
        case .expired, .used, .withdrawn:
            self.init(
                status: 410, code: "link_\(refusal.rawValue)",
                detail:
                    "This link opens nothing any more: it \(refusal == .used ? "was used" : refusal == .expired ? "has expired" : "was withdrawn").",
                remedy: "Ask the provider for a new one.")
        }
    }

    private init(_ refusal: IngressRefusal) {
        switch refusal {
        case .signatureMissing, .signatureWrong:
            self.init(
                status: 401, code: "signature_invalid", detail: "\(refusal).".capitalizedFirst,
                remedy: "Sign the raw bytes with the app secret of this channel.")
        case .notOfThisMessenger:
            self.init(status: 400, code: "not_a_webhook", detail: "\(refusal).".capitalizedFirst)
        }
    }

    private init(status: HTTPResponse.Status) {
        switch status {
        case .notFound:
            self.init(
                status: 404, code: "not_found", detail: "There is no such route.",
                remedy: "Check the path; Docs/api.md lists all.")
        case .contentTooLarge: self = .tooLarge(ServerLimits.body)
        default: self.init(status: status.code, code: "http_\(status.code)", detail: status.reasonPhrase)
        }
    }

    /// A status's name (RFC 9110, 15).
    static func title(of status: Int) -> String { titles[status] ?? "Problem" }

    private static let titles = [
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        408: "Request Timeout", 409: "Conflict", 410: "Gone", 412: "Precondition Failed", 413: "Content Too Large",
        414: "URI Too Long", 415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests",
        431: "Request Header Fields Too Large", 500: "Internal Server Error", 503: "Service Unavailable",
    ]

    /// - Parameter publicURL: where the page is that explains the code.
    func response(requestID: String, publicURL: String) -> Response {
        // Other statuses are the HTTP server's own, whose detail is the status's phrase.
        var json = JSONObject([
            ("type", .string(ProblemKind.type(of: code, publicURL: publicURL))),
            ("title", .string(Self.titles[status] ?? detail)),
            ("status", .number("\(status)")), ("detail", .string(detail)), ("code", .string(code)),
        ])
        if let remedy { json["remedy"] = .string(remedy) }
        if !fields.isEmpty {
            json["errors"] = .array(fields.map { ["path": .string($0.path), "problem": .string($0.problem)] })
        }
        if let refusal {
            json["refusal"] = [
                "code": .string(refusal.code.rawValue), "sentence": .string(refusal.sentence),
                "remedy": .string(refusal.remedy),
                "retry_after": refusal.retryAfter.map { .string(Timestamp.text($0)) } ?? .null,
            ]
        }
        json["request_id"] = .string(requestID)
        var response = JSON.object(json).response(status: status, contentType: "application/problem+json")
        for field in headers { response.headers[field.name] = field.value }
        return response
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

/// Turns whatever a route throws into an answer, in the shape its surface speaks.
struct ErrorMiddleware: RouterMiddleware {
    let publicURL: String

    func handle(
        _ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = Problem(error)
            if problem.status >= 500 {
                context.logger.error(
                    "a request failed",
                    metadata: [
                        "request_id": "\(context.requestID)", "status": "\(problem.status)",
                        "error": "\(Self.safe(error))",
                    ])
            }
            return CloudAPIErrors.speaks(request.uri.path)
                ? CloudAPIErrors.response(problem)
                : problem.response(requestID: context.requestID, publicURL: publicURL)
        }
    }

    /// Only errors whose description is made to hold no data are described.
    private static func safe(_ error: any Error) -> String {
        switch error {
        case is PostgresError, is PlatformError, is SealError, is KeyStoreError, is StorageRegionError: "\(error)"
        default: "\(type(of: error))"
        }
    }
}
