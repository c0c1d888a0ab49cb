public import PluginKit

public import struct Foundation.Date
public import typealias Foundation.TimeInterval

/// A member of staff signed in to the console in one browser.
public struct ConsoleSession: Sendable, Hashable {
    /// How the member showed who they are.
    public enum Method: String, Sendable, CaseIterable {
        case password
        case openIDConnect = "oidc"
        /// By a one-time link, with a password of their own choice.
        case setUp = "set_up"
    }

    public var id: SessionID
    public var staff: StaffID
    public var method: Method
    /// What the browser calls itself, for the member to recognise it by.
    public var agent: Personal<String>?
    public var startedAt: Date
    /// To the minute.
    public var lastSeenAt: Date
    public var endedAt: Date?
    /// The member's revision when it was begun or renewed.
    var staffRevision: Int
}

/// How long a session is good.
public struct SessionLimits: Sendable, Hashable {
    /// Since it was begun, whatever happens. Seconds.
    public var absolute: TimeInterval
    /// Since it was last used. Seconds.
    public var idle: TimeInterval

    public init(absolute: TimeInterval = 12 * 3600, idle: TimeInterval = 3600) {
        self.absolute = absolute
        self.idle = idle
    }

    public func allow(_ session: ConsoleSession, at now: Date) -> Bool {
        session.endedAt == nil && now < session.startedAt.addingTimeInterval(absolute)
            && now < session.lastSeenAt.addingTimeInterval(idle)
    }
}
