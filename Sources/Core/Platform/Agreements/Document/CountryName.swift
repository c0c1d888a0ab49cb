internal import Documents
import Foundation

/// A country's name with its code, e.g. `Irland (IE)`.
enum CountryName {
    /// - Parameter code: ISO 3166-1 alpha-2; one that is unknown stands as it is.
    static func of(_ code: String, _ language: DocumentLanguage) -> String {
        let names = Locale(identifier: language.rawValue)
        guard let name = names.localizedString(forRegionCode: code), name != code else { return code }
        return "\(name) (\(code))"
    }
}
