import Foundation

/// A colour of the sRGB space, and how well it is seen on another (WCAG 2.2, relative luminance and contrast ratio).
struct Colour: Sendable, Hashable {
    var red: Int
    var green: Int
    var blue: Int

    /// What controls need to be told from what they stand on (WCAG 2.2, 1.4.11).
    static let leastContrast = 3.0
    /// The dialog's ground, as in `Web/button.css`.
    static let paper = Colour(red: 0xFF, green: 0xFF, blue: 0xFF)
    static let darkPaper = Colour(red: 0x1A, green: 0x20, blue: 0x1E)
    private static let black = Colour(red: 0, green: 0, blue: 0)

    init(red: Int, green: Int, blue: Int) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// - Returns: nil for anything but `#` and six hexadecimal digits.
    init?(hex: String) {
        let digits = hex.utf8.dropFirst()
        guard hex.utf8.first == UInt8(ascii: "#"), digits.count == 6,
            let value = Int(String(decoding: digits, as: UTF8.self), radix: 16), value >= 0,
            !digits.contains(UInt8(ascii: "+"))
        else { return nil }
        self.init(red: value >> 16, green: value >> 8 & 0xFF, blue: value & 0xFF)
    }

    var hex: String {
        "#"
            + [red, green, blue].map { channel in
                let text = String(channel, radix: 16, uppercase: true)
                return text.count == 1 ? "0" + text : text
            }.joined()
    }

    private var luminance: Double {
        func linear(_ channel: Int) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// From 1 to 21.
    func contrast(to other: Colour) -> Double {
        let (one, two) = (luminance, other.luminance)
        return (max(one, two) + 0.05) / (min(one, two) + 0.05)
    }

    /// Black or white, whichever is read better on this one. One of them always has 4.58 or more, so text needs no check of its own.
    var text: Colour { contrast(to: .paper) >= contrast(to: .black) ? .paper : .black }

    /// The colour, moved towards black or white only as far as it takes to be told from a ground.
    func readable(on ground: Colour) -> Colour {
        let goal = ground.text
        for step in 0...100 {
            let moved = mixed(with: goal, share: Double(step) / 100)
            if moved.contrast(to: ground) >= Self.leastContrast { return moved }
        }
        return goal
    }

    private func mixed(with other: Colour, share: Double) -> Colour {
        func mix(_ one: Int, _ two: Int) -> Int { Int((Double(one) * (1 - share) + Double(two) * share).rounded()) }
        return Colour(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
    }

    /// Rounded down, so that what falls short never looks as if it sufficed.
    static func shown(_ contrast: Double) -> String {
        let hundredths = Int((contrast * 100).rounded(.down))
        let rest = hundredths % 100
        return rest == 0 ? "\(hundredths / 100)" : "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}

/// The colour of a set-up's button on light and on dark ground.
struct Colours: Sendable, Hashable {
    var light: Colour
    var dark: Colour

    /// As in `Web/button.css`.
    static let standard = Colours(
        light: Colour(red: 0x0B, green: 0x6B, blue: 0x50), dark: Colour(red: 0x5C, green: 0xC3, blue: 0xA0))

    /// Fill and text on light ground, fill and text on dark ground, as the script reads them.
    var text: String { [light, light.text, dark, dark.text].map(\.hex).joined(separator: " ") }
}
