public import Foundation

/// What a tenant can be told.
public enum WebhookKind: String, Sendable, Hashable, CaseIterable {
    /// A person wrote, and has agreed to.
    case messageReceived = "message.received"
    /// A message of the tenant's was sent, delivered, read, failed or refused.
    case messageState = "message.state"
    /// A person known to the tenant agreed, withdrew, or did something else about a consent.
    case consentChanged = "consent.changed"
}

/// A server of the tenant's that wants to be told.
public struct WebhookEndpoint: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        case active
        /// Nothing is told; what happens meanwhile waits.
        case paused
    }

    /// How many a tenant may have.
    public static let limit = 10

    public var id: WebhookEndpointID
    public var url: String
    public var kinds: Set<WebhookKind>
    public var state: State
    /// Until when deliveries are signed with the former secret too.
    public var previousSecretUntil: Date?
    /// What it answered last: a status, or why there was none.
    public var lastAnswer: String?
    /// Since when it has taken nothing.
    public var failingSince: Date?
    public var deliveredAt: Date?
    public var createdAt: Date
    public var revision: Int

    /// The server, without what may be a secret of its.
    var host: String? { URL(string: url)?.host() }

    /// - Returns: the URL as it is kept.
    /// - Throws: `.invalid` for what no delivery could go to. Which addresses may be dialled is decided when they are.
    static func checked(url text: String) throws -> String {
        let text = text.trimmingCharacters(in: .whitespaces)
        guard text.utf8.count <= 2000, let url = URL(string: text), let scheme = url.scheme?.lowercased(),
            scheme == "https" || scheme == "http", let host = url.host(), !host.isEmpty
        else {
            throw PlatformError.invalid("url", "give an https URL of at most 2000 bytes")
        }
        guard url.user() == nil, url.password() == nil, url.fragment() == nil else {
            throw PlatformError.invalid("url", "leave out user name, password and fragment")
        }
        return text
    }
}

/// What is to be changed; nil stays as it is.
public struct WebhookEndpointChange: Sendable {
    public var url: String?
    public var kinds: Set<WebhookKind>?
    public var state: WebhookEndpoint.State?

    public init(url: String? = nil, kinds: Set<WebhookKind>? = nil, state: WebhookEndpoint.State? = nil) {
        self.url = url
        self.kinds = kinds
        self.state = state
    }
}
