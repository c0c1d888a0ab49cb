import Testing

@testable import Platform

@Suite struct AgreementLifeCycleTests {
    /// Every step that is possible; all others are not.
    static let steps: [(AgreementLifeCycle.Step, AgreementState, AgreementState)] = [
        (.offer, .draft, .offered), (.accept, .offered, .accepted), (.decline, .offered, .declined),
        (.lapse, .offered, .lapsed), (.withdraw, .draft, .withdrawn), (.withdraw, .offered, .withdrawn),
        (.withdraw, .accepted, .withdrawn), (.countersign, .accepted, .inForce), (.suspend, .inForce, .suspended),
        (.reinstate, .suspended, .inForce), (.supersede, .inForce, .superseded),
        (.supersede, .suspended, .superseded), (.end, .inForce, .ended), (.end, .suspended, .ended),
    ]

    @Test(arguments: AgreementLifeCycle.Step.allCases, AgreementState.allCases)
    func `only these steps are possible`(step: AgreementLifeCycle.Step, state: AgreementState) throws {
        let expected = Self.steps.first { $0.0 == step && $0.1 == state }?.2
        #expect(AgreementLifeCycle.state(after: step, from: state) == expected)
        if let expected {
            #expect(try AgreementLifeCycle.require(step, from: state) == expected)
        } else {
            let error = #expect(throws: PlatformError.self) { try AgreementLifeCycle.require(step, from: state) }
            #expect(error?.code == .conflict)
            #expect(error?.remedy?.isEmpty == false)
        }
    }

    @Test func `what is over stays over`() {
        for state in [AgreementState.superseded, .ended, .declined, .lapsed, .withdrawn] {
            #expect(
                AgreementLifeCycle.Step.allCases.allSatisfy { AgreementLifeCycle.state(after: $0, from: state) == nil })
        }
    }
}
