public import PluginKit

public import struct Foundation.Date

/// One of the provider's people.
public struct StaffMember: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable { case active, disabled }
    public enum Language: String, Sendable, CaseIterable {
        case german = "de"
        case english = "en"
    }

    public var id: StaffID
    public var email: Personal<String>
    public var displayName: Personal<String>
    public var roles: Set<Role>
    public var state: State
    public var language: Language
    /// Grows with every change.
    public var revision: Int
    public var createdAt: Date

    /// Whether the member may do it now.
    public func may(_ permission: Permission) -> Bool { state == .active && roles.allow(permission) }
}

public struct NewStaffMember: Sendable {
    public var email: Personal<String>
    public var displayName: Personal<String>
    public var roles: Set<Role>
    public var language: StaffMember.Language

    public init(
        email: Personal<String>, displayName: Personal<String>, roles: Set<Role>,
        language: StaffMember.Language = .german
    ) {
        self.email = email
        self.displayName = displayName
        self.roles = roles
        self.language = language
    }
}
