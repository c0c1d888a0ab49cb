/// Who does something, as the audit trail names them: by kind and id, never by name or address.
public struct Principal: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A member of the provider's staff; the id is a `StaffID`.
        case staff
        /// A tenant's integration; the id is an `APIKeyID`.
        case apiKey = "api_key"
        /// A server of a tenant's that is told of what happens; the id is a `WebhookEndpointID`.
        case webhookEndpoint = "webhook_endpoint"
        /// The tenant's signatory, by a signed link; the id names the link.
        case signatory
        /// Whoever runs `obhut` on the server's machine.
        case commandLine = "command_line"
        /// The server itself, such as at the end of a period.
        case system
        /// Nobody we know.
        case anonymous
    }

    public var kind: Kind
    public var id: String?
    /// What staff may do; nothing for others.
    public var roles: Set<Role>

    public init(_ kind: Kind, id: String? = nil, roles: Set<Role> = []) {
        self.kind = kind
        self.id = id
        self.roles = roles
    }

    public static let system = Principal(.system)
    public static let commandLine = Principal(.commandLine, roles: [.owner])
    public static let anonymous = Principal(.anonymous)

    public static func apiKey(_ key: APIKeyID) -> Principal { Principal(.apiKey, id: key.description) }

    public static func staff(_ member: StaffMember) -> Principal {
        Principal(.staff, id: member.id.description, roles: member.roles)
    }
}

/// Who does something, why, and in which request. Goes with every change and into the trail.
public struct Cause: Sendable {
    public var principal: Principal
    /// What the principal says of it. Free text of staff: told to keep people's data out of it.
    public var reason: String?
    /// Finds the log lines.
    public var requestID: String?

    public init(_ principal: Principal, reason: String? = nil, requestID: String? = nil) {
        self.principal = principal
        self.reason = reason
        self.requestID = requestID
    }

    public static let system = Cause(.system)

    /// The same with a reason, unless there is none.
    public func because(_ reason: String?) -> Cause {
        Cause(principal, reason: reason ?? self.reason, requestID: requestID)
    }

    public var staff: StaffID? { principal.kind == .staff ? principal.id.flatMap { StaffID($0) } : nil }
}
