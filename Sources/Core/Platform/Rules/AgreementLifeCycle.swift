/// What may become of an agreement, and by whom.
///
/// ```
/// draft → offered → accepted → in force ⇄ suspended → ended
///   ↓        ↓ declined, lapsed      ↓ superseded by a newer one in force
/// withdrawn ←┴─ accepted
/// ```
public enum AgreementLifeCycle {
    public enum Step: String, Sendable, Hashable, CaseIterable {
        /// The document is rendered, its hash fixed and sealed.
        case offer
        /// The tenant's signatory, by signed link.
        case accept, decline
        /// The offer's time has passed.
        case lapse
        /// The provider takes a draft, an offer or an accepted offer back.
        case withdraw
        /// The provider's signature puts it in force.
        case countersign
        case suspend, reinstate
        /// A newer one came into force.
        case supersede
        /// With four eyes.
        case end
    }

    /// - Returns: nil when that cannot become of it.
    public static func state(after step: Step, from state: AgreementState) -> AgreementState? {
        switch (step, state) {
        case (.offer, .draft): .offered
        case (.accept, .offered): .accepted
        case (.decline, .offered): .declined
        case (.lapse, .offered): .lapsed
        case (.withdraw, .draft), (.withdraw, .offered), (.withdraw, .accepted): .withdrawn
        case (.countersign, .accepted): .inForce
        case (.suspend, .inForce): .suspended
        case (.reinstate, .suspended): .inForce
        case (.supersede, .inForce), (.supersede, .suspended): .superseded
        case (.end, .inForce), (.end, .suspended): .ended
        default: nil
        }
    }

    /// - Throws: `.conflict` with what can be done instead.
    static func require(_ step: Step, from state: AgreementState) throws(PlatformError) -> AgreementState {
        if let next = self.state(after: step, from: state) { return next }
        let possible = Step.allCases.filter { $0 != .supersede && self.state(after: $0, from: state) != nil }
            .map(\.rawValue)
        throw PlatformError(
            .conflict, "An agreement that is \(state.rawValue) does not take the step \(step.rawValue).",
            remedy: possible.isEmpty
                ? "Nothing becomes of it any more; draft a new one."
                : "Possible now: \(possible.joined(separator: ", ")).")
    }
}
