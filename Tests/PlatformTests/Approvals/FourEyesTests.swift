import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct FourEyesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var act = FourEyes.Act.approve
        var roles: Set<Role> = [.owner]
        var isActive = true
        var isAsker = false
        var state = Approval.State.asked
        var others = 1
        var secondsAfterAsking = 60.0
        var expected: FourEyes.Refusal?

        var testDescription: String { name }
    }

    private static let table: [Case] = [
        Case(name: "another owner approves"),
        Case(name: "another with the permission approves", roles: [.onboarding]),
        Case(name: "another without it", roles: [.operations], expected: .notAllowed(.tenantsTerminate)),
        Case(name: "an auditor", roles: [.auditor, .support], expected: .notAllowed(.tenantsTerminate)),
        Case(name: "one who is disabled", isActive: false, expected: .notAllowed(.tenantsTerminate)),
        Case(name: "the asker", isAsker: true, expected: .ownRequest),
        Case(name: "the asker declines", act: .decline, isAsker: true, expected: .ownRequest),
        Case(name: "a lone owner", isAsker: true, others: 0, expected: .nobodyElse(.tenantsTerminate)),
        Case(name: "another declines", act: .decline),
        Case(name: "the asker withdraws", act: .withdraw, isAsker: true),
        Case(name: "a lone owner withdraws", act: .withdraw, isAsker: true, others: 0),
        Case(name: "the asker withdraws after losing the role", act: .withdraw, roles: [.support], isAsker: true),
        Case(name: "another withdraws", act: .withdraw, expected: .othersRequest),
        Case(name: "a moment before the end", secondsAfterAsking: 7 * 86_400 - 1),
        Case(name: "at the end", secondsAfterAsking: 7 * 86_400, expected: .over(.expired)),
        Case(
            name: "withdrawn at the end", act: .withdraw, isAsker: true, secondsAfterAsking: 7 * 86_400,
            expected: .over(.expired)),
        Case(name: "approved before", state: .approved, expected: .over(.approved)),
        Case(
            name: "approved long before", state: .approved, secondsAfterAsking: 8 * 86_400, expected: .over(.approved)),
        Case(name: "declined before", state: .declined, expected: .over(.declined)),
        Case(name: "withdrawn before", state: .withdrawn, expected: .over(.withdrawn)),
        Case(name: "carried out before", act: .decline, state: .carriedOut, expected: .over(.carriedOut)),
        Case(name: "failed before", state: .failed, expected: .over(.failed)),
    ]

    @Test(arguments: table)
    func `who may decide`(_ row: Case) {
        let (asker, asked) = (StaffID.generate(), Date(timeIntervalSince1970: 1_800_000_000))
        let approval = Approval(
            id: .generate(), action: .terminateTenant, subject: .init("tenant", "t"), tenant: nil, payload: [:],
            reason: "r", state: row.state, askedBy: asker, askedAt: asked,
            expiresAt: asked.addingTimeInterval(FourEyes.lifetime), decidedBy: nil, decidedAt: nil, decisionReason: nil,
            endedAt: nil, failure: nil)
        let person = FourEyes.Person(id: row.isAsker ? asker : .generate(), roles: row.roles, isActive: row.isActive)
        let found = FourEyes.refusal(
            of: row.act, by: person, on: approval, others: row.others,
            at: asked.addingTimeInterval(row.secondsAfterAsking))
        #expect(found == row.expected)
    }

    @Test func `who is alone is told to add a second member`() throws {
        let error = FourEyes.Refusal.nobodyElse(.tenantsTerminate).error
        #expect(error.code == .forbidden)
        #expect(try #require(error.remedy).contains("obhut staff add"))
    }

    @Test(arguments: ApprovalAction.allCases)
    func `an owner alone never suffices, and two owners always do`(_ action: ApprovalAction) {
        #expect(Role.owner.permissions.contains(action.permission))
        // Looking at what waits is needed to decide on it.
        for role in Role.allCases where role.permissions.contains(action.permission) {
            #expect(role.permissions.contains(.approvalsRead))
        }
    }
}
