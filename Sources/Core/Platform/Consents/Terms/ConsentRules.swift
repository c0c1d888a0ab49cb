/// By which rules a tenant asks for consent and keeps the proof of it. Part of its profile.
public struct ConsentRules: Sendable, Hashable {
    /// How the gate treats a consent that the tenant declares and cannot prove (Art. 7(1) GDPR).
    public enum Unproven: String, Sendable, Hashable, CaseIterable {
        /// As none.
        case refuse
        /// As one for what is no advertising (UWG § 7).
        case serviceOnly = "service_only"
        /// As any other.
        case allow
    }

    /// Hours for which a message waits sealed for its sender's consent.
    public var quarantineHours: Int
    /// Hours for which what was agreed on a page waits for the message that proves whose it is.
    public var entryCodeHours: Int
    /// Years for which evidence is kept after a consent ended (UWG § 7a: five).
    public var evidenceYears: Int
    /// Below this age somebody else must agree (Art. 8 GDPR, in years); nil asks for none.
    public var minimumAge: Int?
    public var unproven: Unproven

    public init(
        quarantineHours: Int = 72, entryCodeHours: Int = 48, evidenceYears: Int = 5, minimumAge: Int? = nil,
        unproven: Unproven = .refuse
    ) {
        self.quarantineHours = quarantineHours
        self.entryCodeHours = entryCodeHours
        self.evidenceYears = evidenceYears
        self.minimumAge = minimumAge
        self.unproven = unproven
    }

    /// Those of a tenant that said nothing yet: the strictest that a tenant can choose, in the periods that are usual.
    public static let standard = ConsentRules()

    public static let quarantineRange = 1...720
    public static let entryCodeRange = 1...168
    public static let evidenceRange = 1...30
    public static let ageRange = 13...21
}
