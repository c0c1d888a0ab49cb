extension AdminReference {
    static let listStaff = OperationReference(
        "listStaff", "Lists the members of staff, oldest first.", answers: .list(of: "StaffMember"))
    static let addStaff = OperationReference(
        "addStaff", "Adds a member of staff.", body: .named("NewStaffMember"),
        answers: .named("StaffMember", status: 201), problems: [409]
    ).repeatable
    static let readStaff = OperationReference(
        "readStaff", "Shows a member of staff.", answers: .named("StaffMember")
    ).changed { $0.isVersioned = true }
    static let changeStaff = OperationReference(
        "changeStaff", "Changes a member's name, roles, language or state.",
        detail: """
            Disabling ends all sessions and tokens of the member. The last active owner can neither be disabled nor lose the role, and \
            nobody raises their own rights.
            """, body: .named("StaffMemberChange"), answers: .named("StaffMember"), problems: [409]
    ).changed { $0.isVersioned = true }
    static let listStaffTokens = OperationReference(
        "listStaffTokens", "Lists a member's tokens, oldest first.", answers: .list(of: "StaffToken"))
    static let issueStaffToken = OperationReference(
        "issueStaffToken", "Issues a token for a member.", body: .named("NewStaffToken"),
        answers: .named("IssuedStaffToken", status: 201)
    ).repeatable
    static let revokeStaffToken = OperationReference(
        "revokeStaffToken", "Revokes a member's token.", answers: .empty(204))
    static let listRoles = OperationReference(
        "listRoles", "Lists the roles with what each may do.", answers: .list(of: "Role"))

    static let readAccount = OperationReference("readAccount", "Shows who one is.", answers: .named("Account"))
    static let listOwnTokens = OperationReference(
        "listOwnTokens", "Lists one's own tokens, oldest first.", answers: .list(of: "StaffToken"))
    static let issueOwnToken = OperationReference(
        "issueOwnToken", "Issues a token for oneself.", body: .named("NewStaffToken"),
        answers: .named("IssuedStaffToken", status: 201)
    ).repeatable
    static let revokeOwnToken = OperationReference(
        "revokeOwnToken", "Revokes a token of one's own.", answers: .empty(204))
    static let listSessions = OperationReference(
        "listSessions", "Lists one's sessions in the console, newest first.", answers: .list(of: "Session"))
    static let endSession = OperationReference(
        "endSession", "Ends a session of one's own in the console.", answers: .empty(204))
}
