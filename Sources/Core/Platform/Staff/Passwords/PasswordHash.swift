import Crypto
import CryptoExtras
import PluginKit

import struct Foundation.Data

/// A password as it is stored: scrypt (RFC 7914), with its cost and salt beside it in the form
/// `$scrypt$ln=15,r=8,p=1$salt$hash`.
struct PasswordHash: Sendable, Hashable {
    /// What it costs to try one password.
    struct Cost: Sendable, Hashable {
        /// log₂ of N. Memory is 128 · N · r bytes.
        var logN: Int
        var r: Int
        var p: Int

        /// 32 MiB and about a tenth of a second.
        static let standard = Cost(logN: 15, r: 8, p: 1)

        /// Whether deriving stays within what this process has for it: a row that somebody damaged must not take all
        /// memory.
        var isBearable: Bool { (10...20).contains(logN) && (1...16).contains(r) && (1...16).contains(p) }
    }

    var cost: Cost
    var salt: [UInt8]
    var hash: [UInt8]

    /// Takes a while; call it through `PasswordHasher`.
    static func make(_ password: Secret<String>, cost: Cost) throws -> PasswordHash {
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        return PasswordHash(cost: cost, salt: salt, hash: try derive(password, salt, cost))
    }

    /// Takes a while; call it through `PasswordHasher`.
    func fits(_ password: Secret<String>) throws -> Bool {
        ConstantTime.equal(hash, try Self.derive(password, salt, cost))
    }

    private static func derive(_ password: Secret<String>, _ salt: [UInt8], _ cost: Cost) throws -> [UInt8] {
        let needed = (128 << cost.logN) * cost.r
        return try KDF.Scrypt.deriveKey(
            from: Data(PasswordRules.normalised(password).utf8), salt: salt, outputByteCount: 32,
            rounds: 1 << cost.logN, blockSize: cost.r, parallelism: cost.p, maxMemory: 2 * needed + (1 << 20)
        ).withUnsafeBytes { Array($0) }
    }
}

extension PasswordHash {
    var text: String {
        let parts = [salt, hash].map { Data($0).base64EncodedString().filter { $0 != "=" } }
        return "$scrypt$ln=\(cost.logN),r=\(cost.r),p=\(cost.p)$\(parts[0])$\(parts[1])"
    }

    /// - Returns: nil for what is none, or costs more than can be borne.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt" else { return nil }
        let numbers = parts[2].split(separator: ",").map { $0.split(separator: "=").map(String.init) }
        guard numbers.map(\.first) == ["ln", "r", "p"], numbers.allSatisfy({ $0.count == 2 }),
            let logN = Int(numbers[0][1]), let r = Int(numbers[1][1]), let p = Int(numbers[2][1]),
            let salt = Self.bytes(parts[3]), let hash = Self.bytes(parts[4]), salt.count >= 16, hash.count == 32
        else { return nil }
        let cost = Cost(logN: logN, r: r, p: p)
        guard cost.isBearable else { return nil }
        self.init(cost: cost, salt: salt, hash: hash)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        Data(base64Encoded: text + String(repeating: "=", count: (4 - text.count % 4) % 4)).map { Array($0) }
    }
}
