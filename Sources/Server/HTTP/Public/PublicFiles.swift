import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import PluginKit

/// Scripts and styles of consent sources, as they are served: the same for all tenants, read by pages of every origin.
struct PublicFiles: Sendable {
    private struct Served: Sendable {
        var headers: HTTPFields
        var body: ByteBuffer
    }

    private let files: [String: [String: Served]]

    /// - Parameter files: by plugin and name.
    init(_ files: [String: [String: PublicFile]]) {
        self.files = files.mapValues { $0.mapValues(Self.served) }
    }

    /// - Returns: nil when there is no such file.
    func answer(_ request: Request, _ name: String, of plugin: String) throws -> Response? {
        guard let file = files[plugin]?[name] else { return nil }
        return try request.unlessKept(
            Response(status: .ok, headers: file.headers, body: .init(byteBuffer: file.body)))
    }

    /// A name that changes with the content may be kept for a year; another must not hide what is new for long (seconds).
    private static func served(_ file: PublicFile) -> Served {
        var headers: HTTPFields = [
            .contentType: file.contentType, .eTag: PublicHeaders.tag(of: file.bytes),
            .cacheControl: file.isImmutable ? "public, max-age=31536000, immutable" : "public, max-age=300",
            // A script with `integrity` is fetched with CORS, from whatever page.
            .accessControlAllowOrigin: "*",
        ]
        headers.append(contentsOf: PublicHeaders.common)
        headers[.contentSecurityPolicy] = PublicHeaders.nothing
        return Served(headers: headers, body: ByteBuffer(bytes: file.bytes))
    }
}

/// What stands in the head of all that people outside any messenger are served.
enum PublicHeaders {
    static let common: HTTPFields = {
        var headers: HTTPFields = [.xContentTypeOptions: "nosniff", .referrerPolicy: "no-referrer"]
        headers[.crossOriginResourcePolicy] = "cross-origin"
        return headers
    }()

    /// For what is no page: should a browser show it all the same, nothing in it runs or loads.
    static let nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"

    /// For a page: what this server serves itself, and nothing inline.
    static let page = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    /// A strong tag by content.
    static func tag(of bytes: [UInt8]) -> String { "\"\(Hex.text(Array(SHA256.hash(data: bytes).prefix(16))))\"" }
}

extension Request {
    /// The answer, or 304 when the browser has kept it; what says how long it may go on being kept stays (RFC 9111, 4.3.4).
    func unlessKept(_ response: Response) throws -> Response {
        let known = try unlessKnown(response)
        guard known.status == .notModified else { return known }
        var headers = response.headers
        headers[.contentType] = nil
        return Response(status: .notModified, headers: headers)
    }
}

extension HTTPField.Name {
    static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy") ?? .trailer
}
