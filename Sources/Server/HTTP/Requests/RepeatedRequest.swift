import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import PluginKit

/// Carries a request out once, though it comes again: by `Idempotency-Key`, for any route of staff that makes something.
///
/// Only what was done is kept: an answer in the 200s. What was refused can be mended and sent again under the same key.
struct RepeatedRequest: Sendable {
    let service: IdempotencyService
    /// Method and template.
    let route: String

    func answer(
        _ request: Request, _ scope: RequestScope, _ cause: Cause, use handler: Surface.StaffHandler
    ) async throws -> Response {
        guard let text = request.headers[.idempotencyKey] else { return try await handler(request, scope, cause) }
        let key = try IdempotencyKey(text)
        var request = request
        let body = try await request.bytes()
        request.body = RequestBody(buffer: ByteBuffer(bytes: body))
        let content = [Array(request.method.rawValue.utf8), Array(request.uri.string.utf8), body]
        let turn = try await service.begin(
            IdempotentRequest(principal: cause.principal, route: route, key: key, content: content))
        switch turn {
        case .replay(let answer):
            var response = Response(answer)
            response.headers[.idempotencyReplayed] = "true"
            return response
        case .first(let claim):
            let answer: KeptAnswer
            do {
                let response = try await handler(request, scope, cause)
                guard response.status.kind == .successful else {
                    try await service.release(claim)
                    return response
                }
                answer = try await KeptAnswer(response)
            } catch {
                try? await service.release(claim)
                throw error
            }
            do {
                try await service.keep(answer, of: claim)
            } catch {
                // It was done, so that is what the caller must hear; a repetition would be told to wait, then be carried out.
                scope.logger.warning(
                    "an answer could not be kept", metadata: ["request_id": "\(scope.requestID)", "error": "\(error)"])
            }
            return Response(answer)
        }
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .trailer
    static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed") ?? .trailer
}

extension KeptAnswer {
    /// What of the head belongs to the answer itself.
    private static let kept: [HTTPField.Name] = [.contentType, .location, .eTag]

    fileprivate init(_ response: Response) async throws {
        let collected = CollectedBody()
        try await response.body.write(collected)
        self.init(
            status: response.status.code,
            headers: Self.kept.compactMap { name in response.headers[name].map { (name.rawName, $0) } },
            body: Secret(Array(collected.bytes.readableBytesView)))
    }
}

extension Response {
    fileprivate init(_ answer: KeptAnswer) {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        for field in answer.headers {
            if let name = HTTPField.Name(field.name) { headers[name] = field.value }
        }
        let body = answer.body.revealed
        self.init(
            status: .init(code: answer.status), headers: headers,
            body: body.isEmpty ? .init() : .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// Takes an answer's body in.
private final class CollectedBody: ResponseBodyWriter {
    var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws { bytes.writeImmutableBuffer(buffer) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
