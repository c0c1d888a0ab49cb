import Platform

extension AdminReference {
    static let readPlace = OperationReference(
        "readTenantRegion", "Shows where a tenant lives, and its move under way, else its last.",
        answers: .named("TenantPlace"))
    static let changeRegion = OperationReference(
        "changeTenantRegion", "Asks to move a tenant to another region, or another shard.",
        detail: """
            Another member of staff approves it. A tenant whose agreement names the region is told first, and may object. While \
            its data are copied what it asks is 503, and messengers bring what they have later; nothing is lost.
            """, body: .named("RegionChange"), answers: .named("Approval", status: 202), problems: [409, 503])
    static let cancelMove = OperationReference(
        "cancelTenantMove", "Ends a move before the tenant lives at the new place.",
        detail: "The tenant goes on where it was. What was copied already is erased, and the notice is taken back.",
        body: .named("Refusing"), answers: .named("TenantPlace"), problems: [409])
    static let readMoveCertificate = OperationReference(
        "readTenantMoveCertificate", "Shows what was destroyed where the tenant lived before its last finished move.",
        answers: .named("ErasureCertificate"))
}
