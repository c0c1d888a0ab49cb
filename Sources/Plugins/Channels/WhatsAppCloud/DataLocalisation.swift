/// Where Meta is told to keep content at rest, from where the tenant's data lives (Cloud API, "local storage").
enum DataLocalisation {
    /// What `data_localization_region` takes (Cloud API, "register a business phone number"). `DE` stands for the EU:
    /// it is the only one inside the EEA.
    static let offered: Set<String> = [
        "AE", "AU", "BH", "BR", "CA", "CH", "DE", "GB", "ID", "IN", "JP", "KR", "SG", "ZA",
    ]
    static let nearestInEEA = "DE"

    struct Choice: Hashable {
        var code: String
        /// False when Meta offers nothing in that country, so that content lies in another one.
        var isInCountry: Bool
    }

    /// - Parameter country: ISO 3166-1 alpha-2.
    static func choice(for country: String) -> Choice {
        offered.contains(country)
            ? Choice(code: country, isInCountry: true) : Choice(code: nearestInEEA, isInCountry: false)
    }

    static func sentence(_ choice: Choice, for country: String) -> String {
        choice.isInCountry
            ? "Meta stores content at rest in \(choice.code)."
            : "Meta stores content at rest in \(choice.code): it offers no storage in \(country)."
    }
}
