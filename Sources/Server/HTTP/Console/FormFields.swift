import Hummingbird
import Platform
import PluginKit

/// What a form of the console sent (`application/x-www-form-urlencoded`, WHATWG URL, 5.1).
struct FormFields: Sendable, Hashable {
    static let limit = 256 << 10
    static let mostFields = 500

    private var values: [String: [String]] = [:]

    init() {}

    /// - Throws: when it is no such text: it is never half read.
    init(_ bytes: [UInt8]) throws {
        let pairs = bytes.split(separator: UInt8(ascii: "&"))
        guard pairs.count <= Self.mostFields else { throw Self.malformed }
        for pair in pairs {
            let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            values[try Self.decoded(parts[0]), default: []].append(parts.count > 1 ? try Self.decoded(parts[1]) : "")
        }
    }

    /// The first of that name.
    subscript(name: String) -> String? { values[name]?.first }

    /// All of it, by name.
    var everything: [String: [String]] { values }

    func all(_ name: String) -> [String] { values[name] ?? [] }

    private static func decoded(_ bytes: some Collection<UInt8>) throws -> String {
        var plain: [UInt8] = []
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): plain.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else {
                    throw malformed
                }
                plain.append(high << 4 | low)
            default: plain.append(byte)
            }
        }
        guard let text = String(validating: plain, as: UTF8.self), !text.utf8.contains(0) else { throw malformed }
        return text
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        UnicodeScalar(byte).properties.isASCIIHexDigit ? hex(byte) : nil
    }

    private static func hex(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        default: byte - 0x57
        }
    }

    private static let malformed = Problem(
        status: 400, code: "invalid_request", detail: "The form is not readable.", remedy: "Send it again.")
}

extension Request {
    /// The body of a form.
    func form() async throws -> FormFields {
        let type = headers[.contentType]?.lowercased().split(separator: ";").first.map { String($0) } ?? ""
        guard type.filter({ $0 != " " }) == "application/x-www-form-urlencoded" else {
            throw Problem(
                status: 415, code: "unsupported_media_type", detail: "This is no form.", remedy: "Send a form.")
        }
        return try FormFields(try await bytes(limit: FormFields.limit))
    }
}
