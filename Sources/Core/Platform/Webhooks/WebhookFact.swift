public import PluginKit

public import struct Foundation.Date

/// Something that a tenant is told, read when it is told.
public enum WebhookFact: Sendable {
    /// For `message.received` and `message.state`; what it says stands in `MessageView.state` as it is by now.
    case message(MessageView)
    case consent(WebhookConsent)
}

/// A fact about a consent, and what it amounts to by now.
public struct WebhookConsent: Sendable {
    public var event: ConsentEventKind
    public var occurredAt: Date
    public var view: ConsentView
}

/// How facts look to tenants: as in the answers of the API.
public typealias WebhookRendering = @Sendable (WebhookFact) -> JSON
