import Crypto
import PluginKit

/// 256 random bits that somebody holds to show later; we keep the hash. Holder and purpose are known by the row that
/// the hash finds.
struct RandomToken: Sendable {
    static let length = 43

    let text: Secret<String>

    static func generate() -> RandomToken {
        let random = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        return RandomToken(text: Secret(Base62.encode(random, length: length)))
    }

    private init(text: Secret<String>) { self.text = text }

    /// - Returns: nil for what cannot be one.
    init?(_ text: Secret<String>) {
        guard text.revealed.utf8.count == Self.length, text.revealed.utf8.allSatisfy(Base62.contains) else {
            return nil
        }
        self.text = text
    }

    /// SHA-256, 32 bytes. The token is random throughout, so no slow hash is called for.
    var hash: [UInt8] { Array(SHA256.hash(data: Array(text.revealed.utf8))) }
}
