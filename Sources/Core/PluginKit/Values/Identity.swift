/// An address by which a channel knows a person.
///
/// A person has several, any of which may come first, be joined to the others later, or change: since 2026 WhatsApp may
/// hide the phone number behind a business-scoped user id (Cloud API, "business-scoped user ids").
public struct Identity: Sendable, Hashable {
    /// What kind of address. Kinds are the channel's own; two channels never share an identity.
    public struct Kind: RawRepresentable, Sendable, Hashable, Codable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A phone number as international digits without `+`, e.g. `4915112345678`.
        public static let phone = Kind(rawValue: "phone")
        /// WhatsApp's business-scoped user id, e.g. `DE.13491208655302741918`.
        public static let businessScopedUser = Kind(rawValue: "bsuid")
        /// The same, for a group of business portfolios, e.g. `DE.ENT.11815799212886844830`.
        public static let parentBusinessScopedUser = Kind(rawValue: "parent_bsuid")
        /// A public name that the person chose and may change or give up.
        public static let username = Kind(rawValue: "username")
    }

    public let kind: Kind
    public let address: Personal<String>

    public init(_ kind: Kind, _ address: String) {
        self.kind = kind
        self.address = Personal(address)
    }
}

extension Identity.Kind: CustomStringConvertible {
    public var description: String { rawValue }
}

/// How an event or a caller names a person: by what is known of them, most dependable identity first.
public struct PersonReference: Sendable, Hashable {
    public var identities: [Identity]
    public var displayName: Personal<String>?

    public init(identities: [Identity], displayName: String? = nil) {
        self.identities = identities
        self.displayName = displayName.map(Personal.init)
    }
}
