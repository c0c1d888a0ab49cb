/// What an agreement must know of a controller (Art. 28(3), 30(2) GDPR). The raw values are the form's field names.
public enum Detail: String, Sendable, Codable, CaseIterable {
    case legalName = "legal_name"
    case legalForm = "legal_form"
    case registerName = "register_name"
    case registerNumber = "register_number"
    case street
    case postcode
    case city
    case country
    case representativeName = "representative_name"
    case representativeRole = "representative_role"
    case officerName = "officer_name"
    case officerEmail = "officer_email"
    case officerPhone = "officer_phone"
    case officerAbsent = "officer_absent"
    case breachName = "breach_name"
    case breachEmail = "breach_email"
    case breachPhone = "breach_phone"
    case purposes
    case dataCategories = "data_categories"
    case personCategories = "person_categories"
    case specialCategories = "special_categories"
    case specialKinds = "special_kinds"
    case retentionContacts = "retention_contacts"
    case retentionMessages = "retention_messages"
    case retentionMedia = "retention_media"
    case retentionConsents = "retention_consents"
    case retentionEvents = "retention_events"
    case languages
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
