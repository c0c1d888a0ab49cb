/// A party as annex I names it. Names of persons in it are business contacts of the parties, not of data subjects.
public struct AgreementParty: Sendable, Hashable, Codable {
    public var name: String
    /// Register and number, e.g. `Amtsgericht Hamburg, HRB 123456`; nil when there is none.
    public var register: String?
    /// With line breaks.
    public var address: String
    /// Who signs.
    public var representative: String
    /// In what capacity, e.g. `Geschäftsführerin`.
    public var representativeRole: String?
    /// Name and contact; nil when none has to be designated (Art. 37 GDPR).
    public var dataProtectionOfficer: String?
    /// Where notices of breaches go (Art. 33(2) GDPR).
    public var breachContact: String

    private enum CodingKeys: String, CodingKey {
        case name, register, address, representative
        case representativeRole = "representative_role"
        case dataProtectionOfficer = "data_protection_officer"
        case breachContact = "breach_contact"
    }

    public init(
        name: String, register: String? = nil, address: String, representative: String,
        representativeRole: String? = nil, dataProtectionOfficer: String? = nil, breachContact: String
    ) {
        self.name = name
        self.register = register
        self.address = address
        self.representative = representative
        self.representativeRole = representativeRole
        self.dataProtectionOfficer = dataProtectionOfficer
        self.breachContact = breachContact
    }
}
