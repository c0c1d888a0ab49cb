/// Why a text is no telephone number that can be written to, in words for whoever typed it (E.164: country code and number, 7 to 15 digits).
///
/// Whether it is one, the channel plugin decides; this only explains its no.
enum PhoneNumber {
    static func problem(_ text: String) -> String? {
        let text = text.replacing("(0)", with: "", maxReplacements: 1)
        guard !text.trimmed.isEmpty else { return "this is empty; give a number such as +49 151 23456789" }
        guard text.utf8.count <= 64 else { return "this is longer than 64 bytes; give one number" }
        if text.contains(where: \.isLetter) {
            return "this has letters; a number has digits only, such as +49 151 23456789"
        }
        if text.dropFirst().contains("+") { return "a + stands at the beginning only; give one number" }
        let blanks: Set<Character> = [" ", "-", "(", ")", ".", "/", "+", "\u{A0}"]
        guard text.allSatisfy({ isDigit($0) || blanks.contains($0) }) else {
            return "this has signs that no number has; give digits, such as +49 151 23456789"
        }
        var digits = text.filter(isDigit)
        if digits.hasPrefix("00") { digits.removeFirst(2) }
        if digits.hasPrefix("0") {
            return
                "this has no country code; give it in the international form, such as +49 151 23456789 for 0151 23456789"
        }
        if digits.count < 7 {
            return "this is too short: \(digits.count) digits; a number has 7 to 15 with its country code"
        }
        if digits.count > 15 {
            return "this is too long: \(digits.count) digits; a number has 7 to 15 with its country code"
        }
        return nil
    }

    private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }

    /// What to say of an address that no channel takes.
    static func problem(_ kind: String, _ address: String) -> String {
        let problem = kind == "phone" ? problem(address) : nil
        return problem ?? "this is not an address of that kind"
    }
}
