import Foundation
import Testing

@testable import Platform

@Suite struct ProcessingRuleTests {
    /// With none.
    static let agreements: [AgreementState?] = [nil] + AgreementState.allCases.map { $0 }

    static func word(_ verdict: ProcessingRule.Verdict) -> String {
        switch verdict {
        case .allowed: "allowed"
        case .refused(let code): "`\(code.rawValue)`"
        case .held: "held"
        case .discarded: "discarded"
        case .gone: "gone"
        case .later: "later"
        }
    }

    @Test func `Docs/state-matrix.md shows the rule, every combination once`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Docs/state-matrix.md")
        let told = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }.filter { $0.count == 7 && TenantState(rawValue: $0[0]) != nil }
        let rule = TenantState.allCases.flatMap { state in
            Self.agreements.map { agreement in
                [state.rawValue, agreement?.rawValue ?? "none"]
                    + ProcessingRule.Activity.allCases.map {
                        Self.word(ProcessingRule.verdict($0, state, agreement))
                    }
            }
        }
        #expect(rule.count == 66 && told.count == 66)
        for row in rule { #expect(told.filter { $0 == row }.count == 1, "\(row)") }
    }

    @Test(arguments: TenantState.allCases, agreements)
    func `nothing is sent, read or told but with an active tenant and an agreement in force`(
        state: TenantState, agreement: AgreementState?
    ) {
        let isRight = state == .active && agreement == .inForce
        for activity in ProcessingRule.Activity.allCases where activity != .export {
            #expect((ProcessingRule.verdict(activity, state, agreement) == .allowed) == isRight, "\(activity)")
        }
        #expect((Gate.processing(state, agreement) == nil) == isRight)
    }

    @Test(arguments: TenantState.allCases, agreements)
    func `while a tenant is moved nothing is done, and what arrives comes again`(
        state: TenantState, agreement: AgreementState?
    ) throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Docs/state-matrix.md")
        let verdicts = ProcessingRule.Activity.allCases.map {
            ProcessingRule.verdict($0, state, agreement, isMoving: true)
        }
        let refused = ProcessingRule.Verdict.refused(.tenantMoving)
        #expect(verdicts == [refused, .later, refused, refused, .later])
        let row = "| any, being moved | any | \(verdicts.map(Self.word).joined(separator: " | ")) |"
        #expect(try String(contentsOf: page, encoding: .utf8).contains(row))
    }

    @Test(arguments: TenantState.allCases)
    func `what arrives is never refused: kept, held, or counted when the contract is over`(state: TenantState) {
        for agreement in Self.agreements {
            let verdict = ProcessingRule.verdict(.ingress, state, agreement)
            #expect((verdict == .discarded) == (state == .terminated || state == .erased))
            #expect([.allowed, .held, .discarded].contains(verdict))
        }
    }
}
