/// The annexes, in the order of the Commission's clauses (Implementing Decision (EU) 2021/915). Their content is made from
/// facts; a text brings headings, introductions and the sentences to say the facts in.
public enum AgreementAnnex: String, Sendable, Hashable, Codable, CaseIterable {
    case parties
    case description
    case measures
    case subProcessors = "sub_processors"

    /// As the Commission numbers it; a text may call it something else.
    public var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

    /// What a text has to bring for the annex.
    public var slots: [AgreementSlot] { AgreementSlot.allCases.filter { $0.annex == self } }
}

/// A heading, label or sentence that an annex is made with.
public enum AgreementSlot: String, Sendable, Hashable, CaseIterable {
    case controller, processor, name, register, address, representative
    case dataProtectionOfficer = "data_protection_officer"
    case breachContact = "breach_contact"
    case none

    case nature
    case natureText = "nature_text"
    case purposes, persons, data, special
    case specialNone = "special_none"
    case specialSafeguards = "special_safeguards"
    case duration
    case durationText = "duration_text"

    case columnGoal = "column_goal"
    case columnMeasure = "column_measure"
    case columnText = "column_text"
    case goalConfidentiality = "goal_confidentiality"
    case goalIntegrity = "goal_integrity"
    case goalAvailability = "goal_availability"
    case goalDataSubjects = "goal_data_subjects"
    case goalReview = "goal_review"

    case storage, region, place
    case `operator` = "operator"
    case parent
    case parentNone = "parent_none"
    case parentThirdCountry = "parent_third_country"
    case recipients
    case columnRecipient = "column_recipient"
    case columnCountry = "column_country"
    case columnPurpose = "column_purpose"
    case columnMechanism = "column_mechanism"
    case hosting
    case operatorSubProcessor = "operator_sub_processor"
    case recipientData = "recipient_data"
    case recipientBasis = "recipient_basis"
    case recipientRetention = "recipient_retention"
    case mechanismNone = "mechanism_none"
    case recipientsNone = "recipients_none"

    public var annex: AgreementAnnex {
        switch self {
        case .controller, .processor, .name, .register, .address, .representative, .dataProtectionOfficer,
            .breachContact, .none:
            .parties
        case .nature, .natureText, .purposes, .persons, .data, .special, .specialNone, .specialSafeguards, .duration,
            .durationText:
            .description
        case .columnGoal, .columnMeasure, .columnText, .goalConfidentiality, .goalIntegrity, .goalAvailability,
            .goalDataSubjects, .goalReview:
            .measures
        case .storage, .region, .place, .operator, .parent, .parentNone, .parentThirdCountry, .recipients,
            .columnRecipient, .columnCountry, .columnPurpose, .columnMechanism, .hosting, .operatorSubProcessor,
            .recipientData, .recipientBasis, .recipientRetention, .mechanismNone, .recipientsNone:
            .subProcessors
        }
    }

    /// What the sentence must say, each in its place: a text that drops one would hide a fact.
    public var variables: Set<String> {
        switch self {
        case .parentThirdCountry: ["parent", "parent_country"]
        case .hosting: ["place"]
        case .operatorSubProcessor: ["operator"]
        case .recipientData: ["data"]
        case .recipientBasis: ["basis"]
        case .recipientRetention: ["retention"]
        default: []
        }
    }
}
