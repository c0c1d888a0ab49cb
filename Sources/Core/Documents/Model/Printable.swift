extension String {
    /// The text as both renderings show it.
    ///
    /// What one reads is what one signs: characters that show nothing, or that show the text around them in another order
    /// (Unicode's bidirectional overrides and isolates), become U+FFFD, which is seen. Line breaks and tabs stay; XML 1.0
    /// and HTML forbid the other control characters. Carriage returns go.
    var printable: String {
        guard unicodeScalars.contains(where: \.isDeceptive) else { return self }
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars where scalar != "\r" { scalars.append(scalar.isDeceptive ? "\u{FFFD}" : scalar) }
        return String(scalars)
    }
}

extension Unicode.Scalar {
    fileprivate var isDeceptive: Bool {
        switch value {
        case 0x09, 0x0A: false
        case 0x00...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: true
        default: false
        }
    }
}
