import Crypto
public import PluginKit

/// Lets a value be found by equality without being readable: a keyed hash that stands in an indexed column.
///
/// Each tenant has its own key, so the same telephone number has unrelated indexes at two tenants, and nobody without the
/// key can try numbers out.
public struct BlindIndexKey: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: 32 bytes.
    public init(secret: Secret<[UInt8]>) {
        // With a short or empty key anyone could compute the indexes of all telephone numbers. Keys come out of an
        // authenticated ciphertext or `generate()`, so another length is a mistake in the program, not bad input.
        precondition(secret.revealed.count == 32, "a blind index needs a key of 32 bytes")
        key = SymmetricKey(data: secret.revealed)
    }

    public static func generate() -> BlindIndexKey {
        BlindIndexKey(key: SymmetricKey(size: .bits256))
    }

    private init(key: SymmetricKey) {
        self.key = key
    }

    /// For wrapping under another key; there is no other reason to ask.
    public var secret: Secret<[UInt8]> { Secret(key.withUnsafeBytes { Array($0) }) }

    /// The first 16 bytes of HMAC-SHA-256 over the domain and the value, each behind its length.
    /// - Parameters:
    ///   - domain: what kind of value it is, so that equal texts of two kinds share no index.
    ///   - value: in the one form that equal values share; nothing is normalised here.
    public func index(_ domain: String, _ value: String) -> [UInt8] { index(domain, value.utf8) }

    /// The same over bytes.
    public func index(_ domain: String, _ value: some Collection<UInt8>) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(8 + domain.utf8.count + value.count)
        message.append(lengthPrefixed: domain.utf8)
        message.append(lengthPrefixed: value)
        return Array(HMAC<SHA256>.authenticationCode(for: message, using: key).prefix(16))
    }
}

extension BlindIndexKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "(secret)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
