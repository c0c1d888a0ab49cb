public import struct Foundation.Date

/// An agreement on processing (Art. 28(3) GDPR), concluded here or recorded.
public struct Agreement: Sendable, Hashable {
    public enum Form: String, Sendable, CaseIterable {
        /// Concluded elsewhere, on paper say, and written down here. Its annexes are not known.
        case recorded
        /// Concluded here, in electronic form (Art. 28(9)).
        case electronic
    }

    public var id: AgreementID
    public var tenant: TenantID
    public var state: AgreementState
    public var form: Form
    /// The provider's file reference.
    public var reference: String
    /// `YYYY-MM-DD`; nil until both have signed.
    public var signedOn: String?
    /// Of the document; fixed at offer.
    public var documentSHA256: [UInt8]?
    public var coversSpecialCategory: Bool
    public var recordedAt: Date
    /// What concerns only one that is concluded here.
    public var electronic: Electronic?
    /// Grows with every change.
    public var revision: Int
    /// Nil when its annexes are not known.
    var coveredFlows: [String]?

    public struct Electronic: Sendable, Hashable {
        public var language: StaffMember.Language
        /// Which text, and which version of it.
        public var textID: String
        public var textVersion: String
        /// How long the tenant may object to a change of the annexes.
        public var objectionDays: Int
        public var offeredAt: Date?
        public var offerExpiresAt: Date?
        public var acceptedAt: Date?
        public var countersignedAt: Date?
    }

    public var endedAt: Date?
}

public struct NewAgreement: Sendable {
    public var reference: String
    public var signedOn: String
    public var documentSHA256: [UInt8]?
    public var coversSpecialCategory: Bool

    public init(
        reference: String, signedOn: String, documentSHA256: [UInt8]? = nil, coversSpecialCategory: Bool = false
    ) {
        self.reference = reference
        self.signedOn = signedOn
        self.documentSHA256 = documentSHA256
        self.coversSpecialCategory = coversSpecialCategory
    }
}

/// What is asked for when an agreement is drafted.
public struct AgreementDraft: Sendable {
    public var reference: String
    public var language: StaffMember.Language
    public var text: AgreementTextChoice
    public var objectionDays: Int

    public static let defaultObjectionDays = 30

    public init(
        reference: String, language: StaffMember.Language, text: AgreementTextChoice = .standard,
        objectionDays: Int = AgreementDraft.defaultObjectionDays
    ) {
        self.reference = reference
        self.language = language
        self.text = text
        self.objectionDays = objectionDays
    }
}
