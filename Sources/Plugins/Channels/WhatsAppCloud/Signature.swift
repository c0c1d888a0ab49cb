import Crypto
import PluginKit

/// `X-Hub-Signature-256: sha256=<hex>`: HMAC-SHA-256 of the raw body under the app secret. Meta escapes non-ASCII in what it signs,
/// so only the bytes as they came can be checked.
enum Signature {
    static func check(_ header: String?, body: [UInt8], appSecret: String) throws(IngressRefusal) {
        guard let header else { throw .signatureMissing }
        guard !appSecret.isEmpty, let code = code(header) else { throw .signatureWrong }
        let key = SymmetricKey(data: Array(appSecret.utf8))
        guard HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: key) else {
            throw .signatureWrong
        }
    }

    private static func code(_ header: String) -> [UInt8]? {
        guard header.hasPrefix("sha256=") else { return nil }
        let digits = Array(header.utf8.dropFirst(7))
        guard digits.count == 64 else { return nil }
        var code: [UInt8] = []
        code.reserveCapacity(32)
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else { return nil }
            code.append(high << 4 | low)
        }
        return code
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
