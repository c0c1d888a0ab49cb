internal import Crypto
internal import PluginKit

/// JSON as Meta signs it: pure ASCII, every other character as `\uXXXX` in lower case (a surrogate pair beyond the basic
/// plane), and `/` as `\/`. A receiver that decodes and encodes anew before checking the signature computes another one.
enum EscapedJSON {
    static func encode(_ json: JSON) -> [UInt8] { escape(json.encoded()) }

    /// - Parameter plain: valid JSON in UTF-8; outside strings it has neither `/` nor non-ASCII characters.
    static func escape(_ plain: [UInt8]) -> [UInt8] {
        guard plain.contains(where: { $0 >= 0x80 || $0 == slash }) else { return plain }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(plain.count + plain.count / 4)
        for scalar in String(decoding: plain, as: UTF8.self).unicodeScalars {
            if scalar.value == UInt32(slash) {
                escaped.append(UInt8(ascii: "\\"))
                escaped.append(slash)
            } else if scalar.isASCII {
                escaped.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter { append(unit, to: &escaped) }
            }
        }
        return escaped
    }

    /// The value of `X-Hub-Signature-256` for these very bytes.
    static func signature(of body: [UInt8], appSecret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(appSecret.utf8)))
        return "sha256=" + hexadecimal(code)
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0xF)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let slash = UInt8(ascii: "/")
    private static let digits = Array("0123456789abcdef".utf8)

    private static func append(_ unit: UInt16, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] { bytes.append(digits[Int(unit >> UInt16(shift) & 0xF)]) }
    }
}
