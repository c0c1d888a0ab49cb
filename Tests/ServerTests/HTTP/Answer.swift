import HTTPTypes
import Hummingbird
import NIOCore
import PluginKit

@testable import Server

/// A response, read whole.
struct Answer {
    var status: Int
    var headers: HTTPFields
    var json: JSON
    var text: String

    init(_ response: Response) async throws {
        status = response.status.code
        headers = response.headers
        let collected = Collected()
        try await response.body.write(collected)
        text = String(buffer: collected.bytes)
        json = (try? JSON(parsing: text)) ?? .null
    }

    var contentType: String? { headers[.contentType] }

    private final class Collected: ResponseBodyWriter {
        var bytes = ByteBuffer()

        func write(_ buffer: ByteBuffer) async throws { bytes.writeImmutableBuffer(buffer) }
        func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}

extension Request {
    static func get(_ path: String, _ headers: HTTPFields = [:], body: String = "") -> Request {
        Request(
            head: HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(string: body)))
    }
}
