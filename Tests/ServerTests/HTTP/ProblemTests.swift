import Foundation
import HTTPTypes
import Hummingbird
import Platform
import PluginKit
import Postgres
import Testing

@testable import Server

@Suite struct ProblemTests {
    /// Status of every code; a code that is added and not decided on here fails the test below.
    static let statuses: [PlatformError.Code: Int] = [
        .invalid: 422, .unauthenticated: 401, .forbidden: 403, .addressNotAllowed: 403, .notFound: 404, .conflict: 409,
        .idempotencyKeyReused: 422,
        .idempotencyInFlight: 409, .refused: 403, .unavailable: 503, .preconditionFailed: 412, .rateLimited: 429,
    ]

    /// RFC 9110, 15: the phrases of those statuses.
    static let titles = [
        401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 412: "Precondition Failed",
        422: "Unprocessable Content", 429: "Too Many Requests", 503: "Service Unavailable",
    ]

    private func answer(_ error: any Error) async throws -> Answer {
        try await Answer(Problem(error).response(requestID: "request-1", publicURL: "https://wa.example"))
    }

    @Test(arguments: PlatformError.Code.allCases)
    func `every code of the platform's has its status and the shape of RFC 9457`(code: PlatformError.Code) async throws
    {
        let answer = try await answer(PlatformError(code, "What happened.", remedy: "What helps."))
        #expect(answer.status == Self.statuses[code])
        #expect(answer.contentType == "application/problem+json")
        #expect(answer.headers[.cacheControl] == "no-store")
        let expected: JSON = [
            "type": .string("https://wa.example/docs/problems#\(code.rawValue)"),
            "title": .string(Self.titles[answer.status] ?? "?"),
            "status": .number("\(answer.status)"), "detail": "What happened.", "code": .string(code.rawValue),
            "remedy": "What helps.",
            "request_id": "request-1",
        ]
        #expect(answer.json == expected)
        #expect((answer.headers[.retryAfter] != nil) == [.unavailable, .idempotencyInFlight].contains(code))
        #expect(answer.headers[.wwwAuthenticate] == (code == .unauthenticated ? "Bearer" : nil))
    }

    @Test func `a remedy, fields and a refusal stand there only when there are any`() async throws {
        let bare = try await answer(PlatformError(.conflict, "Taken."))
        for name in ["remedy", "errors", "refusal"] { #expect(bare.json[name] == nil) }
    }

    @Test func `each field that is wrong is listed by its path`() async throws {
        let fields = [
            PlatformError.Field(path: "text.body", problem: "this is missing"), .init(path: "to", problem: "no number"),
        ]
        let answer = try await answer(PlatformError(.invalid, "Two.", fields: fields))
        #expect(
            answer.json["errors"] == [
                ["path": "text.body", "problem": "this is missing"], ["path": "to", "problem": "no number"],
            ])
    }

    @Test func `a tenant that is on its way is away for a moment`() async throws {
        let answer = try await answer(PlatformError(Refusal(.tenantMoving)))
        #expect(answer.status == 503)
        #expect(answer.json["code"] == "temporarily_unavailable")
    }

    @Test(arguments: Refusal.Code.allCases.filter { $0 != .tenantMoving })
    func `a refusal of the gate's explains itself`(code: Refusal.Code) async throws {
        let refusal = Refusal(code, retryAfter: Date(timeIntervalSince1970: 0))
        let answer = try await answer(PlatformError(refusal))
        #expect(answer.status == 403)
        #expect(answer.json["code"] == "refused_by_gate")
        #expect(
            answer.json["refusal"] == [
                "code": .string(code.rawValue), "sentence": .string(refusal.sentence),
                "remedy": .string(refusal.remedy),
                "retry_after": "1970-01-01T00:00:00.000Z",
            ])
        #expect(try await self.answer(PlatformError(Refusal(code))).json["refusal"]?["retry_after"] == .null)
    }

    static let unavailable: [PostgresError.Code] = [
        .connectionFailed, .connectionLost, .unclearCommit, .acquisitionTimeout, .tooManyWaiters, .closed,
        .server(.serializationFailure),
        .server(.deadlockDetected), .server(.tooManyConnections), .server(.adminShutdown), .server(.crashShutdown),
        .server(.cannotConnectNow), .server(.lockNotAvailable), .server("08006"),
    ]

    @Test(arguments: unavailable)
    func `a database that may answer later is 503, with when to come back`(code: PostgresError.Code) async throws {
        let answer = try await answer(PostgresError(code, "secret-4711", queryName: "secret-4711"))
        #expect(answer.status == 503)
        #expect(answer.json["code"] == "temporarily_unavailable")
        #expect(answer.headers[.retryAfter] == "2")
        #expect(!answer.text.contains("4711"))
    }

    private struct Unknown: Error, CustomStringConvertible, LocalizedError {
        var description: String { "secret-4711" }
        var errorDescription: String? { description }
    }

    static let internals: [any Error] = [
        PostgresError(.server(.uniqueViolation), "secret-4711"), PostgresError(.server(.queryCanceled), "secret-4711"),
        PostgresError(.server(.insufficientPrivilege), "secret-4711"), PostgresError(.cancelled, "secret-4711"),
        PostgresError(.decoding, "secret-4711"), PostgresError(.misuse, "secret-4711"),
        PostgresError(.configuration, "secret-4711"),
        Unknown(), CancellationError(), NSError(domain: "secret-4711", code: 1),
        KeyStoreError.unavailable("secret-4711"),
        StorageRegionError(region: "secret-4711", reason: "secret-4711"),
        ConsentRefusal(field: "secret-4711", problem: "secret-4711"), ChannelFault(code: "1", message: "secret-4711"),
    ]

    @Test(arguments: internals.indices)
    func `whatever else is thrown is 500 and tells nothing of itself`(index: Int) async throws {
        let answer = try await answer(Self.internals[index])
        #expect(answer.status == 500)
        #expect(answer.json["code"] == "internal")
        #expect(answer.json["detail"] == "Something went wrong here.")
        #expect(!answer.text.contains("4711"))
    }

    static let ingress: [(IngressRefusal, Int, String, String)] = [
        (.signatureMissing, 401, "signature_invalid", "The request carries no signature."),
        (.signatureWrong, 401, "signature_invalid", "The signature does not fit the body."),
        (.notOfThisMessenger("the body is not JSON"), 400, "not_a_webhook", "The body is not JSON."),
    ]

    @Test(arguments: ingress)
    func `a webhook that is not taken is told why`(refusal: IngressRefusal, status: Int, code: String, detail: String)
        async throws
    {
        let answer = try await answer(refusal)
        #expect(answer.status == status)
        #expect(answer.json["code"]?.string == code)
        #expect(answer.json["detail"]?.string == detail)
    }

    static let http: [(HTTPResponse.Status, String)] = [
        (.notFound, "not_found"), (.contentTooLarge, "too_large"), (.methodNotAllowed, "http_405"),
        (.badRequest, "http_400"),
        (.unsupportedMediaType, "http_415"),
    ]

    @Test(arguments: http)
    func `the server's own refusals have the same shape, and only its words`(status: HTTPResponse.Status, code: String)
        async throws
    {
        let answer = try await answer(HTTPError(status, message: "secret-4711"))
        #expect(answer.status == status.code)
        #expect(answer.json["code"]?.string == code)
        // RFC 9457, 4.2.1: with about:blank, the title is the status's phrase.
        #expect(answer.json["title"]?.string == status.reasonPhrase)
        #expect(!answer.text.contains("4711"))
    }

    @Test func `a problem that is one already stays as it is`() async throws {
        let answer = try await answer(Problem.tooLarge(10))
        #expect(answer.status == 413)
        #expect(answer.json["detail"] == "The body is larger than 10 bytes.")
    }
}
