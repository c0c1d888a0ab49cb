import Crypto
public import PluginKit

/// A key to our API as its holder writes it: `obk_` (a tenant's) or `oba_` (a staff member's), 43 characters that are 32
/// random bytes in base 62, and 6 that are the CRC-32 of all before them.
///
/// The prefix lets secret scanners recognise a leaked token, and the checksum lets them, and us, dismiss a mistyped one
/// without a look in the database. Only the hash is ever stored.
public struct APIToken: Sendable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case tenant = "obk_"
        case admin = "oba_"
    }

    public static let length = 53

    public let kind: Kind
    /// The whole token: shown to its holder once, at its making.
    public let text: Secret<String>

    public static func generate(_ kind: Kind = .tenant) -> APIToken {
        let random = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        let body = Base62.encode(random, length: 43)
        return APIToken(kind: kind, text: kind.rawValue + body + checksum(kind.rawValue + body))
    }

    /// - Returns: nil for what cannot be a token: wrong prefix, length, alphabet or checksum.
    public init?(_ text: String) {
        guard text.utf8.count == Self.length, text.utf8.dropFirst(4).allSatisfy(Base62.contains),
            let kind = Kind(rawValue: String(text.prefix(4))),
            ConstantTime.equal(Self.checksum(text.dropLast(6)).utf8, text.utf8.suffix(6))
        else { return nil }
        self.init(kind: kind, text: text)
    }

    private init(kind: Kind, text: String) {
        self.kind = kind
        self.text = Secret(text)
    }

    /// The first 12 characters, by which a holder recognises a token in a list. Over 200 unknown bits remain.
    public var prefix: String { String(text.revealed.prefix(12)) }

    /// SHA-256 of the whole text, 32 bytes. The token is random throughout, so no slow hash is called for.
    public var hash: [UInt8] { Array(SHA256.hash(data: Array(text.revealed.utf8))) }

    private static func checksum(_ text: some StringProtocol) -> String {
        let sum = CRC32.checksum(text.utf8)
        return Base62.encode(withUnsafeBytes(of: sum.bigEndian) { Array($0) }, length: 6)
    }
}

extension APIToken: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(prefix)…" }
    public var customMirror: Mirror { Mirror(self, children: ["prefix": prefix]) }
}
