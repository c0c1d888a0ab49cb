import HTTPTypes
import Hummingbird
import NIOCore

import struct Foundation.UUID

/// What travels with a request.
struct RequestScope: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names the request in the answer, in problems and in logs.
    var requestID = ""
    /// The address of the connection's other end.
    var peer: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
    }
}

/// A request's id, as `X-Request-Id` carries it.
enum RequestID {
    static let header = HTTPField.Name("X-Request-Id") ?? .trailer

    static func generate() -> String { UUID().uuidString.lowercased() }

    /// The caller's own, when it is fit for a log line.
    static func taken(from text: String?) -> String? {
        guard let text, (1...64).contains(text.utf8.count) else { return nil }
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        return isPlain ? text : nil
    }
}

/// What every answer has: an id, and that nobody may keep it. An answer to HEAD has no body.
struct AnswerMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        var scope = context
        scope.requestID = RequestID.taken(from: request.headers[RequestID.header]) ?? RequestID.generate()
        var response = try await next(request, scope)
        response.headers[RequestID.header] = scope.requestID
        response.headers[.cacheControl] = "no-store"
        return request.method == .head ? response.createHeadResponse() : response
    }
}
