import HTTPTypes
import Hummingbird
import Logging
import NIOEmbedded
import Platform
import PluginKit
import Postgres
import Synchronization
import Testing

@testable import Server

@Suite struct MiddlewareTests {
    private final class Log: Sendable {
        let lines = Mutex<[String]>([])
    }

    /// Writes each line as the server would, for a test to look at.
    private struct KeepingHandler: LogHandler {
        let log: Log
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.lines.withLock { $0.append("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }

    private struct Unknown: Error, CustomStringConvertible {
        var description: String { "secret-4711" }
    }

    private func run(
        _ path: String, _ headers: HTTPFields = [:], _ route: @escaping @Sendable () throws -> Response
    ) async throws -> (Answer, [String]) {
        let log = Log()
        let logger = Logger(label: "test") { _ in KeepingHandler(log: log) }
        let scope = RequestScope(
            source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: logger))
        let response = try await AnswerMiddleware().handle(.get(path, headers), context: scope) { request, scope in
            try await ErrorMiddleware(publicURL: "").handle(request, context: scope) { _, _ in try route() }
        }
        return (try await Answer(response), log.lines.withLock { $0 })
    }

    @Test(arguments: [
        ("/api/v1/messages", "application/problem+json"), ("/admin/v1/tenants", "application/problem+json"),
        ("/v23.0/100/messages", "application/json"),
    ])
    func `an error is told in the shape that its surface speaks`(path: String, contentType: String) async throws {
        let (answer, lines) = try await run(path) { throw PlatformError(.conflict, "Taken.") }
        #expect(answer.contentType == contentType)
        #expect((answer.json["error"] != nil) == path.hasPrefix("/v23.0"))
        #expect(lines.isEmpty, "what a caller did wrong is no line in the log")
    }

    @Test func `an error that nobody foresaw is logged by its type alone`() async throws {
        for path in ["/api/v1/messages", "/v23.0/100/messages"] {
            let (answer, lines) = try await run(path, [RequestID.header: "mine-1"]) { throw Unknown() }
            #expect(answer.status == 500)
            #expect(lines.count == 1)
            #expect(lines[0].contains("Unknown") && lines[0].contains("mine-1") && lines[0].contains("500"))
            #expect(!lines[0].contains("4711") && !answer.text.contains("4711"))
        }
    }

    @Test func `an error made to be shown to ops is logged as it is, and not shown to the caller`() async throws {
        let (answer, lines) = try await run("/api/v1/messages") {
            throw PostgresError(.connectionLost, "the connection broke")
        }
        #expect(answer.status == 503)
        #expect(lines.first?.contains("the connection broke") == true)
        #expect(!answer.text.contains("the connection broke"))
    }

    @Test func `each answer names its request, by the caller's id when that is fit, and problems name it too`()
        async throws
    {
        let header = RequestID.header
        let (given, _) = try await run("/x", [header: "mine-1"]) { throw PlatformError(.conflict, "Taken.") }
        #expect(given.headers[header] == "mine-1")
        #expect(given.json["request_id"] == "mine-1")
        let (unfit, _) = try await run("/x", [header: "two words"]) { Response(status: .ok) }
        let (other, _) = try await run("/x") { Response(status: .ok) }
        for answer in [unfit, other] { #expect(answer.headers[header]?.count == 36) }
        #expect(unfit.headers[header] != other.headers[header])
    }
}
