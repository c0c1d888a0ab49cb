/// What the parties fix beyond the annexes. A change is a change of the agreement, not of an annex.
public struct AgreementTerms: Sendable, Hashable, Codable {
    /// How long before a change of sub-processors the controller is told, and may object (GDPR Art. 28(2)).
    public var objectionDays: Int
    /// At the latest after how long a breach is notified to the controller. Art. 33(2) GDPR says "without undue delay"; the
    /// controller has 72 hours in all (Art. 33(1)).
    public var breachHours: Int
    /// At the latest how long after the end everything is erased (Art. 28(3)(g) GDPR).
    public var returnDays: Int
    public var governingLaw: BilingualText
    public var venue: BilingualText

    private enum CodingKeys: String, CodingKey {
        case venue
        case objectionDays = "objection_days"
        case breachHours = "breach_hours"
        case returnDays = "return_days"
        case governingLaw = "governing_law"
    }

    public init(
        objectionDays: Int = 30, breachHours: Int = 24, returnDays: Int = 30, governingLaw: BilingualText,
        venue: BilingualText
    ) {
        self.objectionDays = objectionDays
        self.breachHours = breachHours
        self.returnDays = returnDays
        self.governingLaw = governingLaw
        self.venue = venue
    }
}
