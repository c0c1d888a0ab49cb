/// A technical or organisational measure that is switched on (GDPR Art. 32), as annex III names it.
public struct AgreementMeasure: Sendable, Hashable, Codable {
    /// What a measure is for, in the order in which the annex lists them.
    public enum Goal: String, Sendable, Hashable, Codable, CaseIterable {
        case confidentiality, integrity, availability
        case dataSubjects = "data_subjects"
        case review
    }

    /// Stable, e.g. `encryption-per-tenant`.
    public var id: String
    public var goal: Goal
    public var title: BilingualText
    public var text: BilingualText

    public init(id: String, goal: Goal, title: BilingualText, text: BilingualText) {
        self.id = id
        self.goal = goal
        self.title = title
        self.text = text
    }
}
