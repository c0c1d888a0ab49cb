/// A range of addresses with a common prefix (CIDR).
public struct AddressBlock: Sendable, Hashable, LosslessStringConvertible {
    private let first: IPAddress
    private let prefix: Int

    /// Bits beyond the prefix are dropped. `nil` when the prefix is longer than the address.
    public init?(_ address: IPAddress, prefix: Int) {
        switch address {
        case .v4(let bits):
            guard (0...32).contains(prefix) else { return nil }
            first = .v4(bits & Self.mask4(prefix))
        case .v6(let bits):
            guard (0...128).contains(prefix) else { return nil }
            first = .v6(bits & Self.mask6(prefix))
        }
        self.prefix = prefix
    }

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or one address alone.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        let whole = if case .v4 = address { 32 } else { 128 }
        guard parts.count == 2 else {
            self.init(address, prefix: whole)
            return
        }
        guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let prefix = Int(parts[1]) else { return nil }
        self.init(address, prefix: prefix)
    }

    public func contains(_ address: IPAddress) -> Bool {
        switch (first, address) {
        case (.v4(let block), .v4(let bits)): bits & Self.mask4(prefix) == block
        case (.v6(let block), .v6(let bits)): bits & Self.mask6(prefix) == block
        default: false
        }
    }

    /// Always with its prefix, such as `192.0.2.1/32`.
    public var description: String { "\(first)/\(prefix)" }

    // Swift's `<<` yields 0 when it shifts by the full width, which is what a prefix of 0 needs.
    private static func mask4(_ prefix: Int) -> UInt32 { UInt32.max << (32 - prefix) }
    private static func mask6(_ prefix: Int) -> UInt128 { UInt128.max << (128 - prefix) }
}
