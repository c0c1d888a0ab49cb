/// Numbers written with `0`–`9`, `A`–`Z`, `a`–`z`: nothing that a shell, URL or double click would break.
enum Base62 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func contains(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    /// The big-endian number that `bytes` are, with leading zeros up to `length` characters.
    static func encode(_ bytes: [UInt8], length: Int) -> String {
        var number = bytes
        var text = [UInt8](repeating: alphabet[0], count: length)
        for place in text.indices.reversed() {
            var remainder = 0
            for index in number.indices {
                let part = remainder << 8 | Int(number[index])
                number[index] = UInt8(part / 62)
                remainder = part % 62
            }
            text[place] = alphabet[remainder]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
