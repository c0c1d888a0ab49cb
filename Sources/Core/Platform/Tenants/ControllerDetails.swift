public import PluginKit

/// Who a tenant is in law, and what is processed for it: what its agreement's annexes and the record of processing are made from
/// (Art. 28(3), 30(2) GDPR). Filled in step by step while the tenant is brought in; `missing` says what is left.
public struct ControllerDetails: Sendable, Hashable {
    public struct Register: Sendable, Hashable {
        /// Such as `Amtsgericht Köln, HRB`.
        public var name: String
        public var number: String

        public init(name: String, number: String) {
            self.name = name
            self.number = number
        }
    }

    public struct Address: Sendable, Hashable {
        public var street: String
        public var postalCode: String
        public var city: String
        /// ISO 3166-1 alpha-2.
        public var country: String

        public init(street: String, postalCode: String, city: String, country: String) {
            self.street = street
            self.postalCode = postalCode
            self.city = city
            self.country = country
        }
    }

    public struct Representative: Sendable, Hashable {
        public var name: Personal<String>
        public var function: Personal<String>

        public init(name: Personal<String>, function: Personal<String>) {
            self.name = name
            self.function = function
        }
    }

    /// Somebody who can be reached.
    public struct ContactPerson: Sendable, Hashable {
        public var name: Personal<String>
        public var email: Personal<String>
        /// E.164.
        public var phone: Personal<String>

        public init(name: Personal<String>, email: Personal<String>, phone: Personal<String>) {
            self.name = name
            self.email = email
            self.phone = phone
        }
    }

    /// Not everybody must name one (Art. 37(1) GDPR); who does not says why.
    public enum Officer: Sendable, Hashable {
        case person(ContactPerson)
        case absent(because: String)
    }

    /// Whether special categories of data are processed (Art. 9 GDPR), and which.
    public enum SpecialCategories: Sendable, Hashable {
        case notProcessed
        case processed(Set<Kind>)

        /// As Art. 9(1) GDPR lists them.
        public enum Kind: String, Sendable, Hashable, CaseIterable {
            case origin = "racial_or_ethnic_origin"
            case politics = "political_opinions"
            case beliefs = "religious_or_philosophical_beliefs"
            case unions = "trade_union_membership"
            case genetics = "genetic_data"
            case biometrics = "biometric_data"
            case health
            case sexuality = "sex_life_or_orientation"
        }
    }

    /// Kinds of data that are kept for a time of their own.
    public enum DataKind: String, Sendable, Hashable, CaseIterable {
        case contacts, messages, media, consents, events
    }

    public var legalName: String?
    public var legalForm: String?
    /// Nil for a controller that stands in no register, such as a surgery.
    public var register: Register?
    public var address: Address?
    public var representative: Representative?
    public var officer: Officer?
    /// Who is told of a breach (Art. 33(2) GDPR).
    public var breachContact: ContactPerson?
    public var purposes: [String] = []
    public var dataCategories: [String] = []
    public var personCategories: [String] = []
    public var specialCategories: SpecialCategories?
    /// Days.
    public var retention: [DataKind: Int] = [:]
    /// Languages in which the controller's people and customers are met, as BCP 47 tags.
    public var languages: [String] = []

    public init() {}

    /// The parts, as the API names them.
    public enum Part: String, Sendable, Hashable, CaseIterable {
        case legalName = "legal_name"
        case legalForm = "legal_form"
        case register, address, representative
        case officer = "data_protection_officer"
        case breachContact = "breach_contact"
        case purposes
        case dataCategories = "data_categories"
        case personCategories = "person_categories"
        case specialCategories = "special_categories"
        case retention, languages
    }

    /// Parts that an agreement cannot be concluded without. The register is none: not every controller stands in one.
    public var missing: [Part] {
        Part.allCases.filter { part in
            switch part {
            case .legalName: legalName == nil
            case .legalForm: legalForm == nil
            case .register: false
            case .address: address == nil
            case .representative: representative == nil
            case .officer: officer == nil
            case .breachContact: breachContact == nil
            case .purposes: purposes.isEmpty
            case .dataCategories: dataCategories.isEmpty
            case .personCategories: personCategories.isEmpty
            case .specialCategories: specialCategories == nil
            case .retention: retention.isEmpty
            case .languages: languages.isEmpty
            }
        }
    }

    /// The same with some parts as another has them.
    public func taking(_ parts: Set<Part>, from other: ControllerDetails) -> ControllerDetails {
        var copy = self
        for part in parts {
            switch part {
            case .legalName: copy.legalName = other.legalName
            case .legalForm: copy.legalForm = other.legalForm
            case .register: copy.register = other.register
            case .address: copy.address = other.address
            case .representative: copy.representative = other.representative
            case .officer: copy.officer = other.officer
            case .breachContact: copy.breachContact = other.breachContact
            case .purposes: copy.purposes = other.purposes
            case .dataCategories: copy.dataCategories = other.dataCategories
            case .personCategories: copy.personCategories = other.personCategories
            case .specialCategories: copy.specialCategories = other.specialCategories
            case .retention: copy.retention = other.retention
            case .languages: copy.languages = other.languages
            }
        }
        return copy
    }

    /// Parts in which two differ, in the order of `Part`.
    public func changes(to other: ControllerDetails) -> [Part] {
        Part.allCases.filter { taking([$0], from: other) != self }
    }
}

/// What is to change of a controller's details. What is not named stays.
public struct ControllerDetailsChange: Sendable {
    public var parts: Set<ControllerDetails.Part>
    /// Has the named parts as they are to be; empty ones are taken away.
    public var values: ControllerDetails

    public init(parts: Set<ControllerDetails.Part>, values: ControllerDetails) {
        self.parts = parts
        self.values = values
    }
}
