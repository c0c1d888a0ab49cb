import Foundation
import PluginKit

/// Reads the fields of a declaration and names by path what is wrong.
struct DeclarationFields {
    static let topLevel: Set<String> = [
        // The platform's own:
        "contact", "channel_id", "source",
        "purpose", "state", "occurred_at", "expires_at", "evidence",
    ]

    let object: JSONObject
    let path: String

    /// - Throws: for what is no object, and for a field that is not known: a misspelt one must not get lost. It is named only when its name
    ///   could be a field's: where columns and cells were mixed up, names are people's data.
    init(_ json: JSON?, path: String, known: Set<String>) throws(ConsentRefusal) {
        guard let json else { throw ConsentRefusal(field: path, problem: "this is missing; give an object") }
        guard let object = json.object else {
            throw ConsentRefusal(
                field: path.isEmpty ? "(body)" : path, problem: "expected an object, found \(json.kind)")
        }
        self.object = object
        self.path = path
        if let stranger = object.members.first(where: { !known.contains($0.name) }) {
            let isField = (1...40).contains(stranger.name.utf8.count) && Self.isFieldName(stranger.name)
            throw ConsentRefusal(
                field: isField ? full(stranger.name) : path.isEmpty ? "(body)" : path,
                problem: "there is no such field; known are \(known.sorted().joined(separator: ", "))")
        }
    }

    func full(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    func text(_ name: String, limit: Int) throws(ConsentRefusal) -> String {
        guard let text = try optionalText(name, limit: limit) else {
            throw ConsentRefusal(field: full(name), problem: "this is missing; give text")
        }
        return text
    }

    func optionalText(_ name: String, limit: Int) throws(ConsentRefusal) -> String? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let text = value.string else {
            throw ConsentRefusal(field: full(name), problem: "expected text, found \(value.kind)")
        }
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw ConsentRefusal(field: full(name), problem: "this is empty")
        }
        guard text.count <= limit else {
            throw ConsentRefusal(field: full(name), problem: "at most \(limit) characters; this has \(text.count)")
        }
        return text
    }

    func time(_ name: String) throws(ConsentRefusal) -> Date {
        guard let time = try optionalTime(name) else {
            throw ConsentRefusal(
                field: full(name), problem: "this is missing; give a time such as 2026-03-01T12:00:00Z")
        }
        return time
    }

    func optionalTime(_ name: String) throws(ConsentRefusal) -> Date? {
        guard let text = try optionalText(name, limit: 40) else { return nil }
        guard let time = Date(rfc3339: text) else {
            throw ConsentRefusal(
                field: full(name), problem: "give a time with zone, such as 2026-03-01T12:00:00Z (RFC 3339)")
        }
        return time
    }

    private static func isFieldName(_ text: String) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "_") }
    }

    static func isWord(_ text: String) -> Bool {
        guard let first = text.first, first.isASCII, first.isLowercase else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_" || $0 == "-") }
    }
}
