/// A JSON value that keeps what it was given: unknown fields, their order within an object, and the exact text of numbers.
///
/// Messengers add fields and types without notice; what Obhut stores must not lose them. Foundation's decoder keeps neither
/// the text of a number nor a field nobody asked for, and cannot be told a depth limit.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The number's text as it stood in the document, e.g. `1454119029` or `1.50`.
    case number(String)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

/// An object's members in the order of the document. A name that stands twice keeps its last value, as ECMA-262 does.
public struct JSONObject: Sendable, Hashable {
    public private(set) var members: [(name: String, value: JSON)] = []

    public init() {}

    /// Of a name that stands twice, the place of the first and the value of the last.
    public init(_ members: [(String, JSON)]) {
        self.members.reserveCapacity(members.count)
        guard members.count > Self.scanLimit else {
            for (name, value) in members { self[name] = value }
            return
        }
        // A hostile document with thousands of members must not take quadratic time.
        var places: [[UInt8]: Int] = [:]
        places.reserveCapacity(members.count)
        for (name, value) in members {
            let units = Array(name.utf8)
            if let place = places[units] {
                self.members[place].value = value
            } else {
                places[units] = self.members.count
                self.members.append((name, value))
            }
        }
    }

    private static let scanLimit = 32

    /// Objects here have a handful of members, so a scan is quicker than a dictionary and keeps the order.
    public subscript(name: String) -> JSON? {
        get { members.first { Self.isSame($0.name, name) }?.value }
        set {
            if let index = members.firstIndex(where: { Self.isSame($0.name, name) }) {
                if let newValue { members[index].value = newValue } else { members.remove(at: index) }
            } else if let newValue {
                members.append((name, newValue))
            }
        }
    }

    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.members.count == right.members.count else { return false }
        guard left.members.count > scanLimit else { return left.members.allSatisfy { right[$0.name] == $0.value } }
        let others = Dictionary(right.members.map { (Array($0.name.utf8), $0.value) }) { first, _ in first }
        return left.members.allSatisfy { others[Array($0.name.utf8)] == $0.value }
    }

    /// Unit by unit (RFC 8259, 8.3): Swift's `==` also takes `é` for `e` with an accent, which are two names.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        one == other && one.utf8.elementsEqual(other.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(members.count)
    }
}

extension JSON {
    public subscript(name: String) -> JSON? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    public var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The number as an integer, or nil when it is none or does not fit.
    public var int: Int? {
        if case .number(let text) = self { Int(text) } else { nil }
    }

    public var isNull: Bool { self == .null }

    /// The kind of value, as an error message names it: `a string`, `an object`.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

// Not ExpressibleByNilLiteral: where a `JSON?` is wanted, `nil` would quietly become `null`.
extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(String(value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
}
