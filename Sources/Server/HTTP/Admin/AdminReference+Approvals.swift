import Platform

extension AdminReference {
    static let listApprovals = OperationReference(
        "listApprovals", "Lists what was asked for and needs a second member of staff, newest first.",
        query: [
            .init(
                name: "state", schema: .oneOf(Approval.State.allCases.map(\.rawValue)),
                help: "Those in that state alone.")
        ] + .page, answers: .list(of: "Approval"))
    static let readApproval = OperationReference("readApproval", "Shows an approval.", answers: .named("Approval"))
    static let approve = OperationReference(
        "approve", "Approves, and carries out at once what was asked for.",
        detail: """
            Needs a member other than who asked, with the permission that the approval names. The answer's `state` is `carried_out`, \
            `failed`, or `approved` when it is to be tried again.
            """, body: .named("Decision"), answers: .named("Approval"), problems: [409]
    ).changed { $0.isBodyOptional = true }
    static let decline = OperationReference(
        "decline", "Declines what was asked for.",
        detail: "Needs a member other than who asked, with the permission that the approval names.",
        body: .named("Refusing"), answers: .named("Approval"), problems: [409])
    static let withdraw = OperationReference(
        "withdraw", "Takes back what one asked for oneself.", body: .named("Decision"), answers: .named("Approval"),
        problems: [409]
    ).changed { $0.isBodyOptional = true }
}
