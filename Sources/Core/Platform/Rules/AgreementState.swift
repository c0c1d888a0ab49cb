/// Where a data-processing agreement (Art. 28 GDPR) stands. Only one `inForce` allows processing.
public enum AgreementState: String, Sendable, Hashable, CaseIterable {
    case draft, offered, accepted
    case inForce = "in_force"
    case suspended, superseded, ended
    /// The tenant did not want it, let the offer pass, or we took the offer back.
    case declined, lapsed, withdrawn
}
