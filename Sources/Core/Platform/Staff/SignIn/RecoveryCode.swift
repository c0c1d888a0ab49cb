import Crypto
import PluginKit

/// Stands in for a lost authenticator, once: 100 random bits as four groups of five letters and digits.
struct RecoveryCode: Sendable {
    static let count = 10

    /// As it is shown.
    let text: Secret<String>

    static func generate() -> RecoveryCode {
        let random = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        let letters = Array(Base32.encode(random).prefix(20))
        let groups = stride(from: 0, to: 20, by: 5).map { String(letters[$0..<$0 + 5]) }
        return RecoveryCode(text: Secret(groups.joined(separator: "-")))
    }

    /// SHA-256 of the code as somebody typed it: in either case, with or without what parts the groups.
    static func hash(_ typed: String) -> [UInt8]? {
        let plain = typed.uppercased().filter { $0 != "-" && !$0.isWhitespace }
        guard plain.utf8.count == 20 else { return nil }
        return Array(SHA256.hash(data: Array(plain.utf8)))
    }
}
