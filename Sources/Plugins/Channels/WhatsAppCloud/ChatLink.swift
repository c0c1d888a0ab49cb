/// Links that open a chat in WhatsApp, a text typed already ("click to chat").
enum ChatLink {
    /// - Parameter address: a telephone number in international form, however it is spelt.
    /// - Returns: nil for what is no such number.
    static func url(to address: String, text: String) -> String? {
        var number = address.utf8.filter { !" ()-./\u{a0}".utf8.contains($0) }[...]
        if number.first == UInt8(ascii: "+") { number = number.dropFirst() }
        // E.164: fifteen digits at most, and no country's code begins with 0.
        guard (5...15).contains(number.count), number.first != UInt8(ascii: "0"), number.allSatisfy(isDigit) else {
            return nil
        }
        let link = "https://wa.me/" + String(decoding: number, as: UTF8.self)
        return text.isEmpty ? link : link + "?text=" + escaped(text)
    }

    /// Everything but RFC 3986's unreserved characters.
    private static func escaped(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~".utf8.contains(byte)
            {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
