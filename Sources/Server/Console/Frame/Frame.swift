public import struct Foundation.TimeZone

/// What stands around a page: who reads it, in which language, of which installation.
public struct Frame: Sendable, Codable {
    /// A message about what was just done, shown once.
    public struct Flash: Sendable, Codable {
        public enum Kind: String, Sendable, Codable { case done, warning, failed }

        public var kind: Kind
        public var text: String

        public init(_ kind: Kind, _ text: String) {
            self.kind = kind
            self.text = text
        }
    }

    public var language: Language
    public var timeZone: TimeZone
    /// The provider's name for this installation, e.g. `Muster Connect, production`.
    public var installation: String
    /// The page's own path with its query, so that the language can be changed on the spot.
    public var path: String
    /// Nil when nobody is signed in.
    public var reader: Reader?
    /// Goes into every form as `csrf`.
    public var csrfToken: String
    public var flashes: [Flash]
    /// How many requests wait for somebody other than the reader.
    public var openApprovals: Int

    public init(
        language: Language, timeZone: TimeZone, installation: String, path: String, reader: Reader? = nil,
        csrfToken: String, flashes: [Flash] = [], openApprovals: Int = 0
    ) {
        self.language = language
        self.timeZone = timeZone
        self.installation = installation
        self.path = path
        self.reader = reader
        self.csrfToken = csrfToken
        self.flashes = flashes
        self.openApprovals = openApprovals
    }
}

/// The member of staff who is signed in.
public struct Reader: Sendable, Codable {
    public var name: String
    public var roles: [String]
    public var permissions: Set<ConsolePermission>

    public init(name: String, roles: [String], permissions: Set<ConsolePermission>) {
        self.name = name
        self.roles = roles
        self.permissions = permissions
    }

    func may(_ permission: ConsolePermission) -> Bool { permissions.contains(permission) }
}

/// What the navigation asks about. It hides what would be refused; refusing is the server's.
public enum ConsolePermission: String, Sendable, Codable, CaseIterable, Hashable {
    case tenants, approvals, audit, staff, regions
}
