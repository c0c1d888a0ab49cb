internal import Foundation

/// Names that the system's own tables know.
extension Words {
    /// - Parameter code: ISO 3166-1 alpha-2.
    func country(_ code: String) -> String {
        Locale(identifier: language.locale).localizedString(forRegionCode: code) ?? code
    }

    /// - Parameter code: ISO 639-1.
    func language(_ code: String) -> String {
        Locale(identifier: language.locale).localizedString(forLanguageCode: code) ?? code
    }
}
