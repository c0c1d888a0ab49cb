internal import Foundation

/// The parts of a `multipart/form-data` body (RFC 7578).
struct MultipartForm: Sendable {
    struct Part: Sendable {
        var name: String
        var fileName: String?
        var contentType: String?
        var bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    private(set) var parts: [Part] = []

    subscript(name: String) -> Part? { parts.first { $0.name == name } }

    /// Nil when the content type names no boundary or the body does not keep to it.
    init?(_ body: [UInt8], contentType: String) {
        guard let boundary = Self.parameter("boundary", of: contentType), !boundary.isEmpty else { return nil }
        let data = Data(body)
        let delimiter = Data("--\(boundary)".utf8)
        guard var range = data.range(of: delimiter) else { return nil }
        while true {
            let rest = data[range.upperBound...]
            if rest.starts(with: Data("--".utf8)) { return }
            guard let next = data.range(of: Data("\r\n--\(boundary)".utf8), in: range.upperBound..<data.endIndex),
                let blank = data.range(of: Data("\r\n\r\n".utf8), in: range.upperBound..<next.lowerBound),
                let part = Self.part(
                    headers: String(decoding: data[range.upperBound..<blank.lowerBound], as: UTF8.self),
                    bytes: Array(data[blank.upperBound..<next.lowerBound]))
            else { return nil }
            parts.append(part)
            range = next
        }
    }

    private static func part(headers: String, bytes: [UInt8]) -> Part? {
        var disposition: String?
        var type: String?
        for line in headers.components(separatedBy: "\r\n") {
            let pieces = line.split(separator: ":", maxSplits: 1)
            guard pieces.count == 2 else { continue }
            let value = pieces[1].trimmingCharacters(in: .whitespaces)
            switch pieces[0].lowercased() {
            case "content-disposition": disposition = value
            case "content-type": type = value
            default: continue
            }
        }
        guard let disposition, let name = parameter("name", of: disposition) else { return nil }
        return Part(name: name, fileName: parameter("filename", of: disposition), contentType: type, bytes: bytes)
    }

    /// `name="value"` or `name=value` among a field's parameters.
    private static func parameter(_ name: String, of field: String) -> String? {
        for piece in field.split(separator: ";") {
            let pair = piece.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].trimmingCharacters(in: .whitespaces).lowercased() == name else { continue }
            return pair[1].trimmingCharacters(in: .whitespaces).trimmingCharacters(in: CharacterSet(charactersIn: "\""))
        }
        return nil
    }
}
