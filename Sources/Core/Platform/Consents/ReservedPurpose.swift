import PluginKit

/// Words that are no purpose of a tenant's.
enum ReservedPurpose {
    /// The replies of a dialogue about consent, and the confirmation of a withdrawal.
    static let dialogue = "consent_dialogue"
    /// Every purpose at once; only to be withdrawn.
    static let every = ConsentLedger.everyPurpose

    static let all: Set<String> = [dialogue, every]

    /// - Throws: `.invalid` for a consent that nobody can give.
    static func check(_ draft: ConsentEventDraft) throws {
        guard all.contains(draft.purpose), !(draft.purpose == every && draft.kind == .withdrawn) else { return }
        throw PlatformError.invalid(
            "purpose",
            draft.purpose == every
                ? "everything at once can only be withdrawn; a consent is given for each purpose by itself"
                : "this word is reserved; use one of the tenant's purposes")
    }
}
