/// The header fields of a response, in the order they came.
public struct OutboundHeaders: Sendable {
    /// Names as the peer spelt them (HTTP/2 peers send lower case).
    public private(set) var fields: [(name: String, value: String)]

    public init(_ fields: [(name: String, value: String)] = []) {
        self.fields = fields
    }

    /// The first value of a field, whatever the case of its name.
    public subscript(name: String) -> String? {
        fields.first { $0.name.isSameFieldName(as: name) }?.value
    }

    /// Every value of a field, in order.
    public func values(_ name: String) -> [String] {
        fields.filter { $0.name.isSameFieldName(as: name) }.map(\.value)
    }

    mutating func append(name: String, value: String) {
        fields.append((name, value))
    }

    mutating func removeAll() {
        fields.removeAll()
    }
}

extension String {
    /// Compares two field names as HTTP does: ASCII letters without regard to case.
    func isSameFieldName(as other: String) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy { $0 == $1 || ($0.asciiLowercased == $1.asciiLowercased) }
    }
}

extension UInt8 {
    fileprivate var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
