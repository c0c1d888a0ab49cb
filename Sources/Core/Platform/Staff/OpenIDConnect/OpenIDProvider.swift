public import PluginKit

/// A provider by which staff can sign in (OpenID Connect Core 1.0), as it is configured.
public struct OpenIDProvider: Sendable, Hashable {
    /// In the configuration and in URLs: a-z, 0-9 and -.
    public var name: String
    /// Exactly as the provider's ID tokens name it.
    public var issuer: String
    public var clientID: String
    public var clientSecret: Secret<String>
    /// On the button.
    public var label: String

    public init(name: String, issuer: String, clientID: String, clientSecret: Secret<String>, label: String) {
        self.name = name
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.label = label
    }
}

/// What came of signing in by a provider.
public enum OpenIDOutcome: Sendable {
    case signedIn(SignedIn, returnTo: String?)
    /// Begun in another browser, too long ago, or finished before: begin anew.
    case over
    /// The person broke off at the provider, or it would not.
    case declined
    /// The provider does not answer, or not as it must.
    case unavailable
    /// The provider knows the person; nobody active on the staff is that person.
    case notOnStaff
}

/// Why an answer of a provider does not count. For the log: says nothing of the person.
struct OpenIDFault: Error, Hashable, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
