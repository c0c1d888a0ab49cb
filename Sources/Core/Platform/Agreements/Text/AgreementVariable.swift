/// What the clauses, the preamble and the annexes' introductions may name; each comes from `AgreementFacts`.
///
/// Beside them there are `clause.{id}` and `annex.{id}`, which become the number of a clause or annex of the same text.
public enum AgreementVariable: String, Sendable, Hashable, CaseIterable {
    case reference
    case date
    case provider
    case controller
    case objectionDays = "objection_days"
    case breachHours = "breach_hours"
    case returnDays = "return_days"
    case governingLaw = "governing_law"
    case venue
}
