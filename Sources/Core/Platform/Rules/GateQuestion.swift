public import struct Foundation.Date

/// All that decides whether one message may go to one person now.
public struct GateQuestion: Sendable {
    public enum Content: Sendable, Hashable {
        /// Anything the tenant wrote itself; needs an open service window.
        case freeForm
        /// A template that the messenger approved, and its category there.
        case template(category: String)
    }

    public var now: Date
    public var tenantState: TenantState
    /// The tenant's current agreement; nil when there never was one.
    public var agreement: AgreementState?
    /// Whether that agreement covers special categories of data (Art. 9 GDPR).
    public var coversSpecialCategory: Bool
    /// Whether this message, or its purpose, concerns such data.
    public var isSpecialCategory: Bool
    public var channelState: ChannelState
    /// Whether the agreement's annexes cover what leaves through the channel's plugin.
    public var dataFlowsCovered: Bool
    public var contactErased: Bool
    /// Processing restricted at the person's request (Art. 18 GDPR).
    public var contactRestricted: Bool
    /// What the message is for. Without a purpose there is nothing a consent could cover.
    public var purpose: String
    /// Whether that purpose is advertising: what the tenant's terms say, and always `marketing`.
    public var isAdvertisingPurpose: Bool
    /// The person's consent for that purpose on that channel.
    public var consent: ConsentStanding
    /// The person's explicit consent for special categories (Art. 9(2)(a) GDPR). No other consent stands in for it.
    public var specialCategoryConsent: ConsentStanding
    /// How the tenant wants consents treated that it declared and cannot prove.
    public var unproven: ConsentRules.Unproven
    /// Below this age somebody else must agree (Art. 8 GDPR, in years); nil asks for none.
    public var minimumAge: Int?
    public var content: Content
    public var window: ServiceWindow
    public var regionServing: Bool
    /// Whether the agreement's annexes cover who runs the region now and whom that engages.
    public var regionCovered: Bool
    /// Whether the tenant is on its way to another region or shard.
    public var isMoving: Bool
    /// Of a reply in a dialogue about consent: whether the person lets us ask. Nil while there is no dialogue.
    public var dialogue: DialoguePermission?

    public init(
        now: Date, tenantState: TenantState, agreement: AgreementState?, coversSpecialCategory: Bool,
        isSpecialCategory: Bool, channelState: ChannelState, dataFlowsCovered: Bool = true, contactErased: Bool,
        contactRestricted: Bool,
        purpose: String, isAdvertisingPurpose: Bool = false, consent: ConsentStanding,
        specialCategoryConsent: ConsentStanding = .none,
        unproven: ConsentRules.Unproven = .refuse, minimumAge: Int? = nil,
        content: Content, window: ServiceWindow, regionServing: Bool, regionCovered: Bool = true,
        isMoving: Bool = false, dialogue: DialoguePermission? = nil
    ) {
        self.now = now
        self.tenantState = tenantState
        self.agreement = agreement
        self.coversSpecialCategory = coversSpecialCategory
        self.isSpecialCategory = isSpecialCategory
        self.channelState = channelState
        self.dataFlowsCovered = dataFlowsCovered
        self.contactErased = contactErased
        self.contactRestricted = contactRestricted
        self.purpose = purpose
        self.isAdvertisingPurpose = isAdvertisingPurpose
        self.consent = consent
        self.specialCategoryConsent = specialCategoryConsent
        self.unproven = unproven
        self.minimumAge = minimumAge
        self.content = content
        self.window = window
        self.regionServing = regionServing
        self.regionCovered = regionCovered
        self.isMoving = isMoving
        self.dialogue = dialogue
    }
}

public enum GateDecision: Sendable, Hashable {
    case allowed
    case refused(Refusal)
}
