public import PluginKit

public import struct Foundation.Date

/// Where a sign-in comes from.
public struct SignInOrigin: Sendable {
    /// The address that the request came from.
    public var source: Personal<String>
    /// What a browser in which somebody signed in before holds.
    public var device: Secret<String>?
    /// What the browser calls itself.
    public var agent: String?
    public var requestID: String?

    public init(
        source: Personal<String>, device: Secret<String>? = nil, agent: String? = nil, requestID: String? = nil
    ) {
        self.source = source
        self.device = device
        self.agent = agent
        self.requestID = requestID
    }
}

/// What came of address and password.
public enum PasswordOutcome: Sendable {
    /// Wrong, or nobody of that address: neither answer nor time tells which.
    case refused
    case blocked(until: Date)
    /// A code is asked for next, under this step.
    case code(Secret<String>)
    /// There is no authenticator yet: one is set up next, under this step.
    case enrolment(Secret<String>)
}

/// What came of a code.
public enum CodeOutcome: Sendable {
    case refused
    case blocked(until: Date)
    /// The step is over, or was never begun: begin anew.
    case over
    case signedIn(SignedIn)
}

/// What came of a one-time link.
public enum LinkOutcome: Sendable {
    /// Used before, or too old.
    case over
    /// An authenticator is set up next, under this step.
    case enrolment(Secret<String>)
}

/// What came of another password for oneself.
public enum PasswordChangeOutcome: Sendable {
    /// The password so far is wrong.
    case refused
    case wrongCode
    case blocked(until: Date)
    /// Done; the other sessions are over. For the cookie of this one, whose former value opens nothing any more.
    case changed(cookie: Secret<String>)
}

/// Somebody is in.
public struct SignedIn: Sendable {
    public var member: StaffMember
    public var session: ConsoleSession
    /// For the session's cookie.
    public var cookie: Secret<String>
    /// For a cookie that outlives the session, by which the browser is known next time.
    public var device: Secret<String>
    /// Shown now and never again; nil when they were shown before.
    public var recoveryCodes: [Secret<String>]?
}

/// What a page shows for setting up an authenticator.
public struct Enrolment: Sendable {
    public var email: Personal<String>
    /// For typing, in base 32.
    public var secret: Secret<String>
    /// For a QR code.
    public var url: Secret<String>
}
