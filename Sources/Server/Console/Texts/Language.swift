/// A language the pages speak.
public enum Language: String, Sendable, Codable, CaseIterable, Hashable {
    case german = "de"
    case english = "en"

    /// Its name in itself.
    var ownName: String {
        switch self {
        case .german: "Deutsch"
        case .english: "English"
        }
    }

    /// For dates and numbers. English is written the European way: day before month.
    var locale: String {
        switch self {
        case .german: "de_DE"
        case .english: "en_GB"
        }
    }

    /// The best of `Accept-Language` that there is; English when none fits (RFC 9110, section 12.5.4).
    public static func accepted(_ header: String) -> Language {
        let wishes = header.split(separator: ",").map { part in
            let pieces = part.split(separator: ";").map { $0.trimmingPrefix(while: \.isWhitespace) }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            let primary = pieces.first?.split(separator: "-").first.map { $0.lowercased() } ?? ""
            return (language: Language(rawValue: primary), weight: weight)
        }
        var best: (language: Language, weight: Double)?
        for wish in wishes {
            guard let language = wish.language, wish.weight > (best?.weight ?? 0) else { continue }
            best = (language, wish.weight)
        }
        return best?.language ?? .english
    }
}
