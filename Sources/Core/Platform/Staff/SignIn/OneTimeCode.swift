import Crypto
import PluginKit

import struct Foundation.Date

/// One-time codes by time (RFC 6238) over HMAC-SHA-1, as all authenticator apps make them.
struct OneTimeCode: Sendable {
    /// Seconds that a code is shown.
    static let period = 30
    /// How many steps a clock may be off.
    static let drift = 1

    let secret: Secret<[UInt8]>

    /// 160 random bits (RFC 4226, 4: the length of the hash).
    static func generate() -> OneTimeCode {
        OneTimeCode(secret: Secret(SymmetricKey(size: .init(bitCount: 160)).withUnsafeBytes { Array($0) }))
    }

    static func step(at date: Date) -> Int { Int(date.timeIntervalSince1970.rounded(.down)) / period }

    /// RFC 4226, 5.3.
    func code(at step: Int, digits: Int = 6) -> String {
        let counter = withUnsafeBytes(of: UInt64(step).bigEndian) { Array($0) }
        let mac = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret.revealed)))
        let offset = Int(mac[19] & 0x0F)
        let number = mac[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
        let modulus = (0..<digits).reduce(1) { product, _ in product * 10 }
        let text = String(number % modulus)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// The step that the code is of.
    /// - Parameter last: the step of the last code that was taken; that one and those before are not taken again.
    func step(of code: String, at date: Date, after last: Int) -> Int? {
        let now = Self.step(at: date)
        // All are compared, whichever fits.
        return (now - Self.drift...now + Self.drift).reduce(nil) { found, step in
            ConstantTime.equal(self.code(at: step).utf8, code.utf8) && step > last ? found ?? step : found
        }
    }

    /// What an app reads from a QR code (the key URI format of Google Authenticator).
    func url(issuer: String, account: Personal<String>) -> Secret<String> {
        let label = FormText.encode(issuer) + ":" + FormText.encode(account.revealed)
        return Secret(
            "otpauth://totp/\(label)?secret=\(Base32.encode(secret.revealed))&issuer=\(FormText.encode(issuer))&algorithm=SHA1&digits=6&period=30"
        )
    }
}

/// RFC 4648, section 6, without padding.
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    static func encode(_ bytes: [UInt8]) -> String {
        var (text, buffer, bits) = ("", 0, 0)
        for byte in bytes {
            buffer = buffer << 8 | Int(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[buffer >> bits & 31])
            }
            buffer &= (1 << bits) - 1
        }
        if bits > 0 { text.append(alphabet[buffer << (5 - bits) & 31]) }
        return text
    }
}
