/// What an agreement must know of a controller (Art. 28(3), 30(2) GDPR). The raw values are the form's field names.
public enum Detail: String, Sendable, Codable, CaseIterable {
    case legalName = "legal_name"
    case register
    case street
    case postcode
    case city
    case country
    case representativeName = "representative_name"
    case representativeRole = "representative_role"
    case representativeEmail = "representative_email"
    case officerName = "officer_name"
    case officerEmail = "officer_email"
    case breachEmail = "breach_email"
    case breachPhone = "breach_phone"
    case purposes
    case dataCategories = "data_categories"
    case personCategories = "person_categories"
    case specialCategories = "special_categories"
    case retentionDays = "retention_days"
    case languages
    case privacyNotice = "privacy_notice"
}

/// A detail that is shown.
public struct DetailLine: Sendable, Codable {
    public var field: Detail
    public var value: String

    public init(field: Detail, value: String) {
        self.field = field
        self.value = value
    }
}

extension Words {
    func detail(_ detail: Detail) -> String { name(of: detail, in: "details") }
}
