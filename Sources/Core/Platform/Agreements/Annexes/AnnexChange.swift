/// One thing in an annex that is not as it was.
public struct AnnexChange: Sendable, Hashable, Codable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case added, removed, altered
    }

    /// What it is about.
    public enum Subject: String, Sendable, Hashable, Codable, CaseIterable {
        case party
        case purpose
        case dataCategory = "data_category"
        case personCategory = "person_category"
        case specialCategory = "special_category"
        case retention
        case measure
        /// The place of storage, its operator, or whose group that is.
        case region
        case regionSubProcessor = "region_sub_processor"
        case recipient
        case recipientCountry = "recipient_country"
        case recipientData = "recipient_data"
        case recipientPurpose = "recipient_purpose"
        case recipientRetention = "recipient_retention"
        case transferMechanism = "transfer_mechanism"
    }

    public var annex: AgreementAnnex
    public var subject: Subject
    public var kind: Kind
    /// For people, in the agreement's languages.
    public var sentence: BilingualText
    /// Whether the controller has to be told beforehand and may object (GDPR Art. 28(2)): somebody new gets data, or somebody
    /// gets other data, elsewhere, or on another basis.
    public var mayObject: Bool

    public init(
        annex: AgreementAnnex, subject: Subject, kind: Kind, sentence: BilingualText, mayObject: Bool
    ) {
        self.annex = annex
        self.subject = subject
        self.kind = kind
        self.sentence = sentence
        self.mayObject = mayObject
    }
}
