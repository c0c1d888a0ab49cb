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
    /// As people say it, where the value is a code.
    func value(of line: DetailLine) -> String {
        func each(_ word: (String) -> String) -> String {
            line.value.split(separator: ", ").map { word(String($0)) }.joined(separator: ", ")
        }
        return switch line.field {
        case .country where !line.value.isEmpty: country(line.value)
        case .specialCategories: ["yes": self["form.yes"], "no": self["form.no"]][line.value] ?? line.value
        case .specialKinds: each { word(for: $0, in: "special_kind") }
        case .languages: each(language)
        default: line.value
        }
    }

    func detail(_ detail: Detail) -> String { name(of: detail, in: "details") }
}
