internal import Foundation

/// Ids as Meta makes them.
enum Wamid {
    /// A message id: `wamid.` and base64 of a small record that holds the person's number, as real ones do.
    ///
    /// Every byte is ASCII letters, digits or small control bytes, so that the base64 has neither `/` nor `+` and fits
    /// in a path.
    static func make(for address: String) -> String {
        var bytes: [UInt8] = [0x1C, 0x18, UInt8(truncatingIfNeeded: min(address.utf8.count, 0x3D))]
        bytes.append(contentsOf: address.utf8)
        bytes.append(contentsOf: [0x15, 0x02, 0x00, 0x12, 0x18, 0x14])
        bytes.append(contentsOf: randomHex(10).utf8)
        bytes.append(0x00)
        return "wamid." + Data(bytes).base64EncodedString()
    }

    /// Upper-case hexadecimal of `count` random bytes.
    static func randomHex(_ count: Int) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(count * 2)
        var random = SystemRandomNumberGenerator()
        var word: UInt64 = 0
        for index in 0..<count {
            if index % 8 == 0 { word = random.next() }
            text.append(digits[Int(word & 0xF)])
            text.append(digits[Int(word >> 4 & 0xF)])
            word >>= 8
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// A number id as Graph objects have: fifteen or so decimal digits.
    static func objectID() -> String {
        String(UInt64.random(in: 1_000_000_000_000_000..<10_000_000_000_000_000))
    }

    /// A business-scoped user id that is always the same for the same phone number.
    static func userID(for number: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in number.utf8 {
            hash ^= UInt64(byte)
            hash = hash &* 0x100_0000_01b3
        }
        let country = countries.first { number.hasPrefix($0.prefix) }?.code ?? "DE"
        return "\(country).\(10_000_000_000_000_000 + hash % 80_000_000_000_000_000)"
    }

    private static let countries: [(prefix: String, code: String)] = [
        ("49", "DE"), ("43", "AT"), ("41", "CH"), ("33", "FR"), ("34", "ES"), ("39", "IT"), ("31", "NL"), ("32", "BE"),
        ("45", "DK"), ("46", "SE"), ("48", "PL"), ("351", "PT"), ("353", "IE"), ("420", "CZ"), ("44", "GB"),
        ("1", "US"),
    ]
}
