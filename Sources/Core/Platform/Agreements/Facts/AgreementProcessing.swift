/// What annex II describes (GDPR Art. 28(3): subject matter, purpose, types of data, categories of data subjects).
public struct AgreementProcessing: Sendable, Hashable, Codable {
    public var purposes: [BilingualText]
    public var dataCategories: [BilingualText]
    public var personCategories: [BilingualText]
    /// Whether special categories (Art. 9 GDPR) may be processed at all.
    public var coversSpecialCategories: Bool
    /// Which ones; empty unless they are covered.
    public var specialCategories: [BilingualText]
    /// What is kept for how long.
    public var retention: [Retention]

    public struct Retention: Sendable, Hashable, Codable {
        public var what: BilingualText
        public var period: BilingualText

        public init(what: BilingualText, period: BilingualText) {
            self.what = what
            self.period = period
        }
    }

    private enum CodingKeys: String, CodingKey {
        case purposes, retention
        case dataCategories = "data_categories"
        case personCategories = "person_categories"
        case coversSpecialCategories = "covers_special_categories"
        case specialCategories = "special_categories"
    }

    public init(
        purposes: [BilingualText], dataCategories: [BilingualText], personCategories: [BilingualText],
        coversSpecialCategories: Bool = false, specialCategories: [BilingualText] = [], retention: [Retention]
    ) {
        self.purposes = purposes
        self.dataCategories = dataCategories
        self.personCategories = personCategories
        self.coversSpecialCategories = coversSpecialCategories
        self.specialCategories = specialCategories
        self.retention = retention
    }
}
