/// All that fills an agreement. Stored with the offer, as JSON, so that the document can be explained and a later state
/// compared with it (`AnnexDifference`).
///
/// Every part is a fact of the installation or was told by a party; nothing is worded here but what only they can word.
public struct AgreementFacts: Sendable, Hashable, Codable {
    /// What the agreement is filed under.
    public var reference: String
    /// The day that the facts are of, `YYYY-MM-DD`.
    public var date: String
    public var provider: AgreementParty
    public var controller: AgreementParty
    public var processing: AgreementProcessing
    public var region: AgreementRegion
    /// Whom the plugins in use hand data to.
    public var recipients: [AgreementRecipient]
    public var measures: [AgreementMeasure]
    public var terms: AgreementTerms

    public init(
        reference: String, date: String, provider: AgreementParty, controller: AgreementParty,
        processing: AgreementProcessing, region: AgreementRegion, recipients: [AgreementRecipient],
        measures: [AgreementMeasure], terms: AgreementTerms
    ) {
        self.reference = reference
        self.date = date
        self.provider = provider
        self.controller = controller
        self.processing = processing
        self.region = region
        self.recipients = recipients
        self.measures = measures
        self.terms = terms
    }
}
