public import PluginKit

/// What is to change of a member; nil stays.
public struct StaffChange: Sendable, Hashable {
    public var displayName: Personal<String>?
    public var roles: Set<Role>?
    public var state: StaffMember.State?
    public var language: StaffMember.Language?

    public init(
        displayName: Personal<String>? = nil, roles: Set<Role>? = nil, state: StaffMember.State? = nil,
        language: StaffMember.Language? = nil
    ) {
        self.displayName = displayName
        self.roles = roles
        self.state = state
        self.language = language
    }

    enum Refusal: Error, Sendable, Hashable {
        /// Nobody would be left who answers for the provider.
        case lastOwner
        /// The member would give themselves what they do not have.
        case ownRights
    }

    /// - Parameters:
    ///   - actor: who changes; nil when that is nobody on the staff.
    ///   - otherOwners: how many active owners there are besides the member.
    /// - Returns: nil when it may be done.
    func refusal(of member: StaffMember, by actor: StaffID?, otherOwners: Int) -> Refusal? {
        let isOwner = member.state == .active && member.roles.contains(.owner)
        let stays = (state ?? member.state) == .active && (roles ?? member.roles).contains(.owner)
        if isOwner, !stays, otherOwners == 0 { return .lastOwner }
        guard actor == member.id, let roles else { return nil }
        return roles.permissions.isSubset(of: member.roles.permissions) ? nil : .ownRights
    }

    func applied(to member: StaffMember) -> StaffMember {
        var member = member
        if let displayName { member.displayName = displayName }
        if let roles { member.roles = roles }
        if let state { member.state = state }
        if let language { member.language = language }
        return member
    }
}

extension StaffChange.Refusal {
    var error: PlatformError {
        switch self {
        case .lastOwner:
            PlatformError(
                .conflict, "This is the last active owner.", remedy: "Make somebody else an owner first.")
        case .ownRights:
            PlatformError(
                .forbidden, "Nobody can give themselves more rights.", remedy: "Ask another owner.")
        }
    }
}
