/// One destination that an installation allows although it is not public: a sandbox, a store in the same rack.
enum EgressException: Sendable, Hashable {
    /// Addresses, at one port or at all; matched against the address dialled.
    case addresses(AddressBlock, port: UInt16?)
    /// A name and port as they stand in the URL; matched whatever private address the name resolves to, so the name
    /// must be one whose resolution the operator controls.
    case host(String, port: UInt16)

    /// Reads `10.0.0.0/8`, `127.0.0.1`, `127.0.0.1:8090`, `[::1]:8090`, `fd00::/8`, or `store.internal:9000`.
    init?(_ text: String) {
        if let block = AddressBlock(text) {
            self = .addresses(block, port: nil)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            return nil
        }
        var host = String(text[..<colon]).lowercased()
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = String(host.dropFirst().dropLast()) }
        // Unbracketed, `fd00::1:9000` would be an address too; it was read as one above.
        if let block = AddressBlock(host) {
            self = .addresses(block, port: port)
            return
        }
        guard !isBracketed, Self.isHostName(host) else { return nil }
        self = .host(host, port: port)
    }

    /// Letters, digits, hyphens, underscores and dots, with a letter in the last label: `0x7f.1` and `2130706433` are
    /// spellings of addresses, not names.
    private static func isHostName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty }), let last = labels.last, let initial = last.utf8.first else {
            return false
        }
        let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(initial)
        return isLetter
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_.".utf8.contains(byte)
            }
    }

    func allows(_ address: IPAddress, port: UInt16, of target: EgressTarget) -> Bool {
        switch self {
        case .addresses(let block, let allowed):
            (allowed == nil || allowed == port) && (block.contains(address) || block.contains(address.unmapped))
        case .host(let name, let allowed):
            allowed == port && target.port == port && target.host == name
        }
    }
}
