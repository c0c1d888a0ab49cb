import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

import struct Foundation.UUID

/// What travels with a request.
struct RequestScope: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names the request in the answer, in problems and in logs.
    var requestID = ""
    /// Who holds the other end of the connection: the client, or a proxy.
    let remoteAddress: SocketAddress?
    let notes = RequestNotes()

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}

/// What comes to light while a request is handled, and belongs into whatever answer it gets.
final class RequestNotes: Sendable {
    private struct State {
        var rateLimit: RateLimitNote?
        var headers: HTTPFields = [:]
    }

    private let state = Mutex(State())

    var rateLimit: RateLimitNote? {
        get { state.withLock(\.rateLimit) }
        set { state.withLock { $0.rateLimit = newValue } }
    }

    /// For the answer's head, whatever it turns out to be.
    var headers: HTTPFields {
        get { state.withLock(\.headers) }
        set { state.withLock { $0.headers = newValue } }
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

/// What every answer has: an id, that nobody may keep it unless it says otherwise, and how often the caller may come. An answer to HEAD has no body.
struct AnswerMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        var scope = context
        scope.requestID = RequestID.taken(from: request.headers[RequestID.header]) ?? RequestID.generate()
        var response = try await next(request, scope)
        response.headers[RequestID.header] = scope.requestID
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        if let note = scope.notes.rateLimit {
            response.headers[.rateLimitPolicy] = note.policyField
            response.headers[.rateLimit] = note.stateField
        }
        for field in scope.notes.headers { response.headers[field.name] = field.value }
        return request.method == .head ? response.createHeadResponse() : response
    }
}
