import HTTPTypes
import Hummingbird
import Logging
import struct Foundation.UUID

/// What travels with a request.
struct RequestScope: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names the request in the answer, in problems and in logs.
    var requestID = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
    }
}

/// Gives each request an id: the caller's, when it is fit for a log line, else a new one.
struct RequestIDMiddleware: RouterMiddleware {
    static let header = HTTPField.Name("X-Request-Id")

    func handle(
        _ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response
    ) async throws -> Response {
        var scope = context
        let given = Self.header.flatMap { request.headers[$0] }
        scope.requestID = given.flatMap { Self.isPlain($0) ? $0 : nil } ?? UUID().uuidString.lowercased()
        var response = try await next(request, scope)
        if let header = Self.header { response.headers[header] = scope.requestID }
        return response
    }

    static func isPlain(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}
