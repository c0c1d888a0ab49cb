import HTTPTypes
import Hummingbird
import Platform

/// The tag of a thing's revision, `"r7"`, as `ETag` carries it (RFC 9110, 8.8.3).
enum RequestTag {
    static func text(_ revision: Int) -> String { "\"r\(revision)\"" }

    /// What `If-Match` or `If-None-Match` name.
    enum Condition: Sendable, Hashable {
        /// `*`
        case anything
        /// Opaque tags with their quotes; a weak one as `W/"…"`.
        case tags([String])
    }

    /// - Returns: nil for what is no list of tags.
    static func condition(_ field: String) -> Condition? {
        var rest = field.drop(while: isBlank)[...]
        if rest.first == "*" { return rest.dropFirst().allSatisfy(isBlank) ? .anything : nil }
        var tags: [String] = []
        while true {
            let prefix = rest.hasPrefix("W/") ? "W/" : ""
            rest = rest.dropFirst(prefix.count)
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { return nil }
            let tag = rest[...end]
            // etagc: visible ASCII but the quote, and what is beyond ASCII.
            guard tag.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else { return nil }
            tags.append(prefix + tag)
            rest = rest[rest.index(after: end)...].drop(while: isBlank)
            if rest.isEmpty { return .tags(tags) }
            guard rest.first == "," else { return nil }
            rest = rest.dropFirst().drop(while: isBlank)
        }
    }

    private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
}

extension Request {
    /// The revisions that the change is meant for, by `If-Match`; a weak tag never matches (RFC 9110, 13.1.1).
    func expected() throws -> Expected {
        guard let field = headers[.ifMatch] else { return .any }
        switch RequestTag.condition(field) {
        case nil: throw Problem.badTag("If-Match")
        case .anything: return .any
        case .tags(let tags):
            return Expected(
                Set(
                    tags.compactMap { tag in
                        guard tag.hasPrefix("\"r"), let revision = Int(tag.dropFirst(2).dropLast()),
                            RequestTag.text(revision) == tag
                        else { return nil }
                        return revision
                    }))
        }
    }

    /// The answer, or 304 when the caller has it already, by `If-None-Match` (RFC 9110, 13.1.2: weak comparison).
    func unlessKnown(_ response: Response) throws -> Response {
        guard let field = headers[.ifNoneMatch] else { return response }
        guard let condition = RequestTag.condition(field) else { throw Problem.badTag("If-None-Match") }
        guard let tag = response.headers[.eTag] else { return response }
        if case .tags(let tags) = condition, !tags.contains(where: { $0 == tag || $0 == "W/" + tag }) {
            return response
        }
        return Response(status: .notModified, headers: [.eTag: tag])
    }
}
