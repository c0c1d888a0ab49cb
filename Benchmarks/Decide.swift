import ArgumentParser
import Foundation
import Platform

/// How long the gate thinks: the decision alone, all that it goes by being known.
struct Decide: ParsableCommand {
    @Option var seconds = 2.0

    func run() throws {
        let questions = Self.questions
        var (decisions, allowed) = (0, 0)
        let begin = ContinuousClock.now
        let end = begin + .seconds(seconds)
        while ContinuousClock.now < end {
            for _ in 0..<100 {
                for question in questions where Gate.decide(question) == .allowed { allowed += 1 }
            }
            decisions += 100 * questions.count
        }
        let took = (ContinuousClock.now - begin) / .seconds(1)
        print(
            """
            {"decisions": \(decisions), "allowed": \(allowed), "seconds": \(took), "rate": \(Double(decisions) / took), \
            "nanoseconds": \(took / Double(decisions) * 1e9)}
            """)
    }

    /// Half of them allowed, so that every rule is asked; the others refused early, in the middle and late.
    private static var questions: [GateQuestion] {
        let now = Date()
        func question(
            _ change: (inout GateQuestion) -> Void = { _ in }
        ) -> GateQuestion {
            var question = GateQuestion(
                now: now, tenantState: .active, agreement: .inForce, coversSpecialCategory: false,
                isSpecialCategory: false, channelState: .active, contactErased: false, contactRestricted: false,
                purpose: "service",
                consent: ConsentStanding(
                    state: .confirmed, since: now.addingTimeInterval(-86_400),
                    expiresAt: now.addingTimeInterval(86_400), grounds: ConsentGrounds(proof: .witnessed, age: 16)),
                minimumAge: 16, content: .freeForm, window: ServiceWindow(closesAt: now.addingTimeInterval(3600)),
                regionServing: true)
            change(&question)
            return question
        }
        return [
            question(), question(), question { $0.content = .template(category: "utility") }, question(),
            question { $0.agreement = .suspended }, question { $0.consent = .none },
            question { $0.consent = ConsentStanding(state: .withdrawn, since: now) },
            question { $0.window = ServiceWindow(closesAt: nil) },
        ]
    }
}
