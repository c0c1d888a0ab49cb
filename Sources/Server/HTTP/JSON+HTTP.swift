import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Platform
import PluginKit

extension JSON {
    /// - Parameter revision: of the one thing that it shows, for the `ETag`.
    func response(status: Int = 200, contentType: String = "application/json", revision: Int? = nil) -> Response {
        var headers: HTTPFields = [.contentType: contentType, .cacheControl: "no-store"]
        headers[.eTag] = revision.map(RequestTag.text)
        return Response(
            status: .init(code: status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: encoded())))
    }

    static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
    static func time(_ date: Date?) -> JSON { date.map { .string(Timestamp.text($0)) } ?? .null }
    static func id(_ id: some CustomStringConvertible) -> JSON { .string(id.description) }
    static func int(_ value: Int) -> JSON { .number(String(value)) }

    /// `{"data": […], "next_cursor": …}`.
    static func list<Item>(_ page: Page<Item>, _ json: (Item) -> JSON) -> JSON {
        ["data": .array(page.items.map(json)), "next_cursor": .optional(page.next)]
    }

    static func list(_ items: [JSON]) -> JSON { ["data": .array(items), "next_cursor": .null] }
}

/// RFC 3339 in UTC with milliseconds.
enum Timestamp {
    static func text(_ date: Date) -> String { date.rfc3339 }

    static func date(_ text: String) -> Date? { Date(rfc3339: text) }
}

extension Request {
    /// The raw body, up to a limit.
    func bytes(limit: Int = ServerLimits.body) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Problem.tooLarge(limit) }
        do {
            let buffer = try await body.collect(upTo: limit)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(limit)
        }
    }

    /// The raw body of a route that takes JSON. A caller that says nothing of the type means JSON.
    func jsonBytes() async throws -> [UInt8] {
        if let type = headers[.contentType], !Self.isJSON(type) { throw Problem.notJSON }
        return try await bytes()
    }

    /// The body as a JSON object; one that is not there is empty.
    func optionalObject() async throws -> JSON {
        let bytes = try await jsonBytes()
        return bytes.isEmpty ? [:] : try Request.object(bytes)
    }

    /// The body as a JSON object.
    func object() async throws -> JSON { try Request.object(try await jsonBytes()) }

    /// `application/json`, or a type that ends in `+json` (RFC 6839); JSON is UTF-8 (RFC 8259).
    static func isJSON(_ contentType: String) -> Bool {
        let parts = contentType.lowercased().split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        guard let type = parts.first,
            type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
        else {
            return false
        }
        return parts.dropFirst().allSatisfy {
            !$0.hasPrefix("charset=") || ["charset=utf-8", "charset=\"utf-8\""].contains($0)
        }
    }

    static func object(_ bytes: [UInt8]) throws -> JSON {
        let json: JSON
        do {
            json = try JSON(parsing: bytes, depthLimit: ServerLimits.depth)
        } catch {
            throw Problem.invalidJSON("The body is not JSON: \(error).")
        }
        guard json.object != nil else { throw Problem.invalidJSON("The body is \(json.kind), not an object.") }
        return json
    }

    /// `?limit=` and `?cursor=`.
    func page() throws -> PageRequest {
        var page = PageRequest()
        if let text = uri.queryParameters["limit"] {
            guard let limit = Int(text), (1...PageRequest.maximumLimit).contains(limit) else {
                throw PlatformError.invalid("limit", "give a number from 1 to \(PageRequest.maximumLimit)")
            }
            page.limit = limit
        }
        page.cursor = uri.queryParameters["cursor"].map(String.init)
        let filters = query.filter { !["limit", "cursor"].contains($0.name) }.map { "\($0.name)=\($0.value)" }
        page.listing = ([uri.path] + filters.sorted()).joined(separator: "\n")
        return page
    }
}
