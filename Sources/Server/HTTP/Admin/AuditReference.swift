import Platform

/// What the reference tells of the audit trail.
enum AuditReference {
    static let listChains = OperationReference(
        "listAuditChains", "Lists the chains of the audit trail: the control plane's and one a tenant.", query: .page,
        answers: .list(of: "AuditChain"))
    static let listEntries = OperationReference(
        "listAuditEntries", "Lists a chain's entries, newest first.", query: filter + .page,
        answers: .list(of: "AuditEntry"))
    static let verifyChain = OperationReference(
        "verifyAuditChain", "Checks a chain: hashes, order, head, and what seals say of it.",
        detail: "It reads the whole chain: half a minute for a million entries.",
        answers: .named("AuditVerification"))
    static let listSeals = OperationReference(
        "listAuditSeals", "Lists the seals over the heads of all chains, newest first.", query: .page,
        answers: .list(of: "AuditSeal"))
    static let listOwnEntries = OperationReference(
        "listOwnAuditEntries", "Lists what was done to the tenant and its own, newest first.", query: filter + .page,
        answers: .list(of: "AuditEntry"))

    /// A noun of ours and a participle.
    static func isAction(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
            }
    }

    private static let filter: [OperationReference.QueryParameter] = [
        .init(
            name: "action", schema: .text(1...64, pattern: "^[a-z_]+\\.[a-z_]+$", example: "tenant.created"),
            help: "Only what was done so."),
        .init(
            name: "principal", schema: .text(1...128, pattern: "^[^\\u0000]+$"), help: "Only what this one did, by id."),
        .init(
            name: "subject", schema: .text(1...256, pattern: "^[^\\u0000]+$"),
            help: "Only what was done to this, by id."),
        .init(name: "outcome", schema: .oneOf(AuditRecord.Outcome.allCases.map(\.rawValue)), help: "Only these."),
        .init(name: "since", schema: .time, help: "From this moment on."),
        .init(name: "until", schema: .time, help: "Before this moment."),
        .init(name: "order", schema: .oneOf(["newest", "oldest"]), help: "Which come first; newest unless said."),
    ]
}
