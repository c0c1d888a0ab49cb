/// Why a document is not JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Reason: String, Sendable {
        case empty = "the document is empty"
        case unexpected = "unexpected character"
        case unfinished = "the document ends too early"
        case trailing = "something follows the end of the document"
        case tooDeep = "values are nested too deep"
        case badEscape = "a string has an escape that JSON does not know"
        case badNumber = "a number is not written as JSON writes numbers"
        case badUTF8 = "the text is not valid UTF-8"
    }

    public let reason: Reason
    /// Bytes from the start of the document.
    public let offset: Int

    public var description: String { "\(reason.rawValue), at byte \(offset)" }
}

extension JSON {
    /// Nesting that a document may have unless the caller says otherwise. Meta's deepest webhooks have about twelve levels.
    public static let depthLimit = 64

    /// Reads one RFC 8259 document.
    /// - Parameters:
    ///   - bytes: UTF-8, without a byte order mark.
    ///   - depthLimit: how deep arrays and objects may nest.
    public init(parsing bytes: some Collection<UInt8>, depthLimit: Int = JSON.depthLimit) throws(JSONError) {
        var result: Result<JSON, JSONError>?
        let viaContiguous: Void? = bytes.withContiguousStorageIfAvailable { buffer in
            result = JSON.parse(buffer, depthLimit)
        }
        if viaContiguous == nil {
            let copy = Array(bytes)
            result = copy.withUnsafeBufferPointer { JSON.parse($0, depthLimit) }
        }
        guard let result else { throw JSONError(reason: .empty, offset: 0) }
        self = try result.get()
    }

    public init(parsing text: String, depthLimit: Int = JSON.depthLimit) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), depthLimit: depthLimit)
    }

    private static func parse(_ buffer: UnsafeBufferPointer<UInt8>, _ depthLimit: Int) -> Result<JSON, JSONError> {
        var parser = JSONParser(bytes: buffer, depthLimit: depthLimit)
        do throws(JSONError) {
            return .success(try parser.document())
        } catch {
            return .failure(error)
        }
    }
}

/// A recursive-descent reader over borrowed bytes; lives no longer than the call that lent them.
private struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let depthLimit: Int
    var position = 0
    var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    mutating func document() throws(JSONError) -> JSON {
        skipBlanks()
        guard position < bytes.count else { throw fault(.empty) }
        let value = try value()
        skipBlanks()
        guard position == bytes.count else { throw fault(.trailing) }
        return value
    }

    func fault(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: position) }

    mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw fault(.unfinished) }
        return bytes[position]
    }

    mutating func value() throws(JSONError) -> JSON {
        switch try peek() {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw fault(.unexpected)
        }
    }

    mutating func literal(_ text: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw fault(.unfinished) }
        for index in 0..<count where bytes[position + index] != text.utf8Start[index] { throw fault(.unexpected) }
        position += count
        return value
    }

    mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= depthLimit else { throw fault(.tooDeep) }
        position += 1
        skipBlanks()
    }

    mutating func object() throws(JSONError) -> JSON {
        try enter()
        var members: [(String, JSON)] = []
        if try peek() == UInt8(ascii: "}") {
            position += 1
            depth -= 1
            return .object(JSONObject())
        }
        while true {
            guard try peek() == UInt8(ascii: "\"") else { throw fault(.unexpected) }
            let name = try string()
            skipBlanks()
            guard try peek() == UInt8(ascii: ":") else { throw fault(.unexpected) }
            position += 1
            skipBlanks()
            members.append((name, try value()))
            skipBlanks()
            switch try peek() {
            case UInt8(ascii: ","):
                position += 1
                skipBlanks()
            case UInt8(ascii: "}"):
                position += 1
                depth -= 1
                return .object(JSONObject(members))
            default: throw fault(.unexpected)
            }
        }
    }

    mutating func array() throws(JSONError) -> JSON {
        try enter()
        var elements: [JSON] = []
        if try peek() == UInt8(ascii: "]") {
            position += 1
            depth -= 1
            return .array(elements)
        }
        while true {
            elements.append(try value())
            skipBlanks()
            switch try peek() {
            case UInt8(ascii: ","):
                position += 1
                skipBlanks()
            case UInt8(ascii: "]"):
                position += 1
                depth -= 1
                return .array(elements)
            default: throw fault(.unexpected)
            }
        }
    }

    mutating func number() throws(JSONError) -> String {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        guard position < bytes.count else { throw fault(.unfinished) }
        if bytes[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func digits() throws(JSONError) {
        let start = position
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 { position += 1 }
        guard position > start else { throw fault(.badNumber) }
    }

    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = try text(start..<position)
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0x00...0x1F: throw fault(.unexpected)
            default: position += 1
            }
        }
        throw fault(.unfinished)
    }

    func text(_ range: Range<Int>) throws(JSONError) -> String {
        guard let text = String(validating: bytes[range], as: UTF8.self) else {
            throw JSONError(reason: .badUTF8, offset: range.lowerBound)
        }
        return text
    }

    mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var unescaped = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: unescaped, as: UTF8.self) else {
                    throw JSONError(reason: .badUTF8, offset: start)
                }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &unescaped)
            case 0x00...0x1F: throw fault(.unexpected)
            default:
                unescaped.append(byte)
                position += 1
            }
        }
        throw fault(.unfinished)
    }

    mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let byte = try peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: Array(String(try unicodeEscape()).utf8))
        default: throw fault(.badEscape)
        }
    }

    /// A lone surrogate, which no UTF-8 can hold, becomes U+FFFD, as browsers do: a message is not lost over half an emoji.
    mutating func unicodeEscape() throws(JSONError) -> Character {
        let unit = try hexQuad()
        guard unit & 0xFC00 == 0xD800 else { return Character(Unicode.Scalar(unit) ?? "\u{FFFD}") }
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else {
            return "\u{FFFD}"
        }
        let back = position
        position += 2
        let low = try hexQuad()
        guard low & 0xFC00 == 0xDC00 else {
            position = back
            return "\u{FFFD}"
        }
        let scalar = 0x10000 + (UInt32(unit & 0x3FF) << 10) + UInt32(low & 0x3FF)
        return Character(Unicode.Scalar(scalar) ?? "\u{FFFD}")
    }

    mutating func hexQuad() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count else { throw fault(.unfinished) }
        var value: UInt16 = 0
        for _ in 0..<4 {
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw fault(.badEscape)
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}
