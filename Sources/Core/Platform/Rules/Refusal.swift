public import struct Foundation.Date

/// Why a message may not go, and what would change that. Its texts are fixed: they repeat nothing of the person, the message
/// or the request.
public struct Refusal: Error, Sendable, Hashable {
    /// Stable: clients branch on these, and the audit trail holds them.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        case tenantNotActive = "tenant_not_active"
        case tenantTerminated = "tenant_terminated"
        case agreementMissing = "agreement_missing"
        case agreementNotInForce = "agreement_not_in_force"
        case agreementSuspended = "agreement_suspended"
        case tenantMoving = "tenant_moving"
        case regionNotServing = "region_not_serving"
        case regionNotCovered = "region_not_covered"
        case channelStopped = "channel_stopped"
        case channelDisconnected = "channel_disconnected"
        case dataFlowNotCovered = "data_flow_not_covered"
        case contactErased = "contact_erased"
        case contactRestricted = "contact_restricted"
        case consentMissing = "consent_missing"
        case consentRefused = "consent_refused"
        case consentWithdrawn = "consent_withdrawn"
        case consentExpired = "consent_expired"
        case consentSuperseded = "consent_superseded"
        case purposeNotAdvertising = "purpose_not_advertising"
        case consentUnproven = "consent_unproven"
        case ageNotConfirmed = "age_not_confirmed"
        case specialCategoryNotCovered = "special_category_not_covered"
        case specialCategoryConsentMissing = "special_category_consent_missing"
        case serviceWindowClosed = "service_window_closed"
    }

    public let code: Code
    /// When asking again may help without anyone having acted; nil when somebody has to act first.
    public let retryAfter: Date?

    public init(_ code: Code, retryAfter: Date? = nil) {
        self.code = code
        self.retryAfter = retryAfter
    }

    /// What stands in the way.
    public var sentence: String { code.texts.sentence }
    /// What would change it.
    public var remedy: String { code.texts.remedy }
}

extension Refusal.Code {
    /// Whether what stands in the way lies with the tenant, its agreement, region or channel and may be put right: a message that was
    /// accepted already waits for that. What lies with the person or the message ends it.
    var holdsQueue: Bool {
        switch self {
        case .tenantNotActive, .agreementMissing, .agreementSuspended, .tenantMoving, .regionNotServing,
            .regionNotCovered,
            .channelStopped, .channelDisconnected, .dataFlowNotCovered:
            true
        case .tenantTerminated, .agreementNotInForce, .contactErased, .contactRestricted, .purposeNotAdvertising,
            .consentMissing,
            .consentRefused, .consentWithdrawn, .consentExpired, .consentSuperseded, .consentUnproven, .ageNotConfirmed,
            .specialCategoryNotCovered, .specialCategoryConsentMissing, .serviceWindowClosed:
            false
        }
    }
}

extension Refusal: CustomStringConvertible {
    public var description: String { "\(code.rawValue): \(sentence)" }
}

extension Refusal.Code {
    fileprivate var texts: (sentence: String, remedy: String) {
        switch self {
        case .tenantNotActive:
            ("The tenant is not active.", "The provider activates the tenant.")
        case .tenantTerminated:
            (
                "The contract with the tenant has ended.",
                "Nothing undoes a termination. Its data can be exported until they are erased."
            )
        case .agreementMissing:
            ("There is no data-processing agreement.", "Provider and tenant conclude a data-processing agreement.")
        case .agreementNotInForce:
            (
                "The data-processing agreement is not in force.",
                "The tenant accepts the current agreement and the provider countersigns it."
            )
        case .agreementSuspended:
            ("The data-processing agreement is suspended.", "The provider reinstates the agreement.")
        case .tenantMoving:
            ("The tenant's data are being moved to another place.", "Try again in a minute; nothing is lost meanwhile.")
        case .regionNotServing:
            ("The tenant's storage region is not serving at the moment.", "Try again later.")
        case .regionNotCovered:
            (
                "The agreement's annexes do not cover who runs the tenant's storage region, or whom that engages.",
                "It goes on when the notice of the change has passed without objection, or under a new agreement."
            )
        case .channelStopped:
            ("The channel is stopped.", "Resolve the reason shown with the channel, then start it again.")
        case .channelDisconnected:
            ("The channel is disconnected from the messenger.", "Connect the channel again.")
        case .dataFlowNotCovered:
            (
                "The agreement's annexes do not cover what leaves through this channel.",
                "It goes on when the notice of the change has passed without objection, or under a new agreement."
            )
        case .contactErased:
            ("The contact has been erased.", "Nothing undoes an erasure. The person may begin anew by writing.")
        case .contactRestricted:
            (
                "Processing of the contact's data is restricted.",
                "Lift the restriction once its ground is gone, after telling the person (Art. 18(3) GDPR)."
            )
        case .purposeNotAdvertising:
            (
                "The message is advertising, and its purpose is not.",
                "Send it for a purpose that the tenant's terms mark as advertising, such as marketing."
            )
        case .consentMissing:
            (
                "The person has not agreed to this purpose on this channel.",
                "Ask for consent through one of the tenant's consent sources; the message can go once it is given."
            )
        case .consentRefused:
            ("The person has refused this purpose on this channel.", "Only the person can agree, of their own accord.")
        case .consentWithdrawn:
            (
                "The person has withdrawn their consent for this purpose on this channel.",
                "Only the person can agree again, of their own accord."
            )
        case .consentExpired:
            (
                "The person's consent for this purpose on this channel has expired.",
                "Ask for consent again through one of the tenant's consent sources."
            )
        case .consentSuperseded:
            (
                "What the person agreed to for this purpose on this channel has been replaced by new terms.",
                "Ask for consent again through one of the tenant's consent sources, which show the new terms."
            )
        case .consentUnproven:
            (
                "The consent was declared, and nothing proves it.",
                "Ask the person through a consent source, or declare text, act and reference of what they agreed to."
            )
        case .ageNotConfirmed:
            (
                "The person has not confirmed to be old enough to agree.",
                "Ask for consent through a source that asks for the age; below it, the holder of parental responsibility agrees."
            )
        case .specialCategoryNotCovered:
            (
                "The data-processing agreement does not cover special categories of data.",
                "Provider and tenant conclude an agreement that covers them (Art. 9 GDPR)."
            )
        case .specialCategoryConsentMissing:
            (
                "The person has not explicitly agreed to the processing of special categories of data.",
                "Ask for this consent by itself and explicitly (Art. 9(2)(a) GDPR)."
            )
        case .serviceWindowClosed:
            (
                "The service window is closed: the person has not written recently enough for a free-form message.",
                "Send a template, or wait until the person writes."
            )
        }
    }
}
