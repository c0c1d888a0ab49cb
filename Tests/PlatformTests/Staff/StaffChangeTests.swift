import Foundation
import PluginKit
import Testing

@testable import Platform

@Suite struct StaffChangeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var roles: Set<Role> = [.owner]
        var state = StaffMember.State.active
        var change: StaffChange
        var isSelf = false
        var otherOwners = 1
        var expected: StaffChange.Refusal?

        var testDescription: String { name }
    }

    private static let table: [Case] = [
        Case(name: "an owner is disabled", change: StaffChange(state: .disabled)),
        Case(
            name: "the last owner is disabled", change: StaffChange(state: .disabled), otherOwners: 0,
            expected: .lastOwner),
        Case(
            name: "the last owner loses the role", change: StaffChange(roles: [.operations]), otherOwners: 0,
            expected: .lastOwner),
        Case(
            name: "the last owner gets another role beside", change: StaffChange(roles: [.owner, .auditor]),
            otherOwners: 0),
        Case(
            name: "the last owner gets another name", change: StaffChange(displayName: Personal("A")),
            otherOwners: 0),
        Case(
            name: "an owner who is disabled loses the role", state: .disabled,
            change: StaffChange(roles: [.support]), otherOwners: 0),
        Case(
            name: "somebody else is disabled", roles: [.support], change: StaffChange(state: .disabled),
            otherOwners: 0),
        Case(
            name: "one raises oneself", roles: [.support], change: StaffChange(roles: [.owner]), isSelf: true,
            expected: .ownRights),
        Case(
            name: "one adds a role to oneself", roles: [.support],
            change: StaffChange(roles: [.support, .auditor]), isSelf: true, expected: .ownRights),
        Case(
            name: "an owner adds a role to themselves, which gives nothing",
            change: StaffChange(roles: [.owner, .auditor]), isSelf: true),
        Case(
            name: "one lowers oneself", roles: [.support, .operations], change: StaffChange(roles: [.operations]),
            isSelf: true),
        Case(name: "one raises another", roles: [.support], change: StaffChange(roles: [.owner])),
        Case(name: "an owner steps back", change: StaffChange(roles: [.support]), isSelf: true),
        Case(
            name: "the last owner steps back", change: StaffChange(roles: [.support]), isSelf: true,
            otherOwners: 0, expected: .lastOwner),
    ]

    @Test(arguments: table)
    func `what may change`(_ row: Case) {
        let member = StaffMember(
            id: .generate(), email: Personal("a@b"), displayName: Personal("n"), roles: row.roles, state: row.state,
            language: .german, revision: 3, createdAt: Date(timeIntervalSince1970: 0))
        let found = row.change.refusal(
            of: member, by: row.isSelf ? member.id : .generate(), otherOwners: row.otherOwners)
        #expect(found == row.expected)
    }
}
