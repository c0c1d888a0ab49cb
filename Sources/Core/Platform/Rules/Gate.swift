/// Decides whether a message may go. Strict: what is not positively allowed is refused, replies too.
public struct Gate {
    /// Asks the rules in this order, from what concerns everybody to what concerns this message; the first that refuses wins:
    /// tenant, agreement, region, channel, its data flows, contact, advertising, consent, its proof, age, special category, service window.
    ///
    /// Asked when a message is accepted and again before each attempt, because any of the answers may have changed.
    public static func decide(_ question: GateQuestion) -> GateDecision {
        let tenant =
            ProcessingRule.refusal(question.tenantState, question.agreement) ?? region(question) ?? channel(question)
            ?? dataFlows(question)
        let code =
            tenant ?? contact(question) ?? advertising(question) ?? consent(question) ?? proof(question)
            ?? age(question) ?? specialCategory(question) ?? window(question)
        guard let code else { return .allowed }
        let retryAfter =
            [.regionNotServing, .tenantMoving].contains(code) ? question.now.addingTimeInterval(60) : nil
        return .refused(Refusal(code, retryAfter: retryAfter))
    }

    /// Whether a tenant's data may be processed at all, reading included (GDPR Art. 28(3)).
    /// - Returns: nil when it may.
    public static func processing(_ state: TenantState, _ agreed: AgreementState?) -> Refusal? {
        ProcessingRule.refusal(state, agreed).map { Refusal($0) }
    }

    private static func region(_ question: GateQuestion) -> Refusal.Code? {
        if question.isMoving { return .tenantMoving }
        guard question.regionServing else { return .regionNotServing }
        // Who runs the region and whom that engages stands in the annexes too (Art. 28(2) GDPR).
        return question.regionCovered ? nil : .regionNotCovered
    }

    private static func channel(_ question: GateQuestion) -> Refusal.Code? {
        switch question.channelState {
        case .active: nil
        case .stopped: .channelStopped
        case .disconnected: .channelDisconnected
        }
    }

    /// What leaves through the channel must stand in the agreement's annexes (Art. 28(2), (3)(a) GDPR).
    private static func dataFlows(_ question: GateQuestion) -> Refusal.Code? {
        question.dataFlowsCovered ? nil : .dataFlowNotCovered
    }

    private static func contact(_ question: GateQuestion) -> Refusal.Code? {
        if question.contactErased { return .contactErased }
        return question.contactRestricted ? .contactRestricted : nil
    }

    /// Advertising needs a consent to advertising, whatever purpose a request states (UWG § 7(2), Art. 13 of Directive 2002/58/EC).
    private static func advertising(_ question: GateQuestion) -> Refusal.Code? {
        question.content.isAdvertising && !question.isAdvertisingPurpose ? .purposeNotAdvertising : nil
    }

    private static func consent(_ question: GateQuestion) -> Refusal.Code? {
        guard !question.purpose.isEmpty else { return .consentMissing }
        if question.purpose == ReservedPurpose.dialogue { return dialogue(question) }
        switch question.consent.state {
        case .granted, .confirmed: return question.consent.permits(at: question.now) ? nil : .consentExpired
        case .none, .requested: return .consentMissing
        case .refused: return .consentRefused
        case .withdrawn: return .consentWithdrawn
        case .expired: return .consentExpired
        case .superseded: return .consentSuperseded
        }
    }

    /// What the tenant cannot prove it has not, unless it takes that upon itself (Art. 7(1) GDPR; for advertising UWG § 7). It cannot for
    /// special categories, where the consent is all that lifts the prohibition (Art. 9(1), (2)(a) GDPR).
    private static func proof(_ question: GateQuestion) -> Refusal.Code? {
        guard question.purpose != ReservedPurpose.dialogue, question.consent.grounds.proof == .asserted else {
            return nil
        }
        if question.isSpecialCategory { return .consentUnproven }
        switch question.unproven {
        case .allow: return nil
        case .refuse: return .consentUnproven
        case .serviceOnly:
            return question.purpose == MessagePurpose.service && !question.isAdvertisingPurpose ? nil : .consentUnproven
        }
    }

    /// A child's own consent counts for nothing; so does that of a person whom nobody asked (Art. 8 GDPR).
    private static func age(_ question: GateQuestion) -> Refusal.Code? {
        guard let minimum = question.minimumAge, question.purpose != ReservedPurpose.dialogue else { return nil }
        return (question.consent.grounds.age ?? 0) >= minimum ? nil : .ageNotConfirmed
    }

    private static func specialCategory(_ question: GateQuestion) -> Refusal.Code? {
        guard question.isSpecialCategory else { return nil }
        guard question.coversSpecialCategory else { return .specialCategoryNotCovered }
        let consent = question.specialCategoryConsent
        // A confirmation shows who agreed, not that they were asked expressly.
        return consent.grounds.isExplicit && consent.permits(at: question.now) ? nil : .specialCategoryConsentMissing
    }

    private static func window(_ question: GateQuestion) -> Refusal.Code? {
        switch question.content {
        case .template: nil
        case .freeForm: question.window.isOpen(at: question.now) ? nil : .serviceWindowClosed
        }
    }
}
