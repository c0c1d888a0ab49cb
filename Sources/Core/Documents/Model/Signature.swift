/// Where a party signs, or how it did.
public struct Signature: Sendable, Hashable {
    public enum Form: Sendable, Hashable {
        /// Lines for place and date and for the signature, to be filled in by hand.
        case lines
        /// How it was accepted instead, e.g. `Accepted electronically by … at …` (Art. 28(9) GDPR).
        case note(String)
    }

    /// On whose behalf, e.g. `For the processor`.
    public var party: String
    /// The party's legal name.
    public var organisation: String
    /// Who signs; empty when that is left open.
    public var name: String
    /// In what capacity; empty when that is left open.
    public var role: String
    public var form: Form

    public init(party: String, organisation: String, name: String = "", role: String = "", form: Form) {
        self.party = party
        self.organisation = organisation
        self.name = name
        self.role = role
        self.form = form
    }

    /// Name and role in one line.
    var signatory: String {
        [name, role].filter { !$0.isEmpty }.joined(separator: ", ")
    }
}
