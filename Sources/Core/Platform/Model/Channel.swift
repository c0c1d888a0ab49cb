public import PluginKit

public import struct Foundation.Date

/// A tenant's number at a messenger.
public struct Channel: Sendable, Hashable {
    public var id: ChannelID
    public var tenant: TenantID
    public var plugin: String
    /// The messenger's id of it; for WhatsApp the `phone_number_id`.
    public var address: String
    public var displayAddress: String?
    public var state: ChannelState
    public var ingressRoute: IngressRouteID
    public var createdAt: Date
    /// When the messenger was told of us; nil while that is not finished.
    public var joinedAt: Date?
    /// When each secret was last given, by its path such as `configuration.access_token`.
    public var secretsChanged: [String: Date] = [:]
    /// Grows with every change of what is shown of it.
    public var revision: Int = 1

    /// Where the messenger posts, without host.
    public var ingressPath: String { "/ingress/\(plugin)/\(ingressRoute)" }
}

public struct NewChannel: Sendable {
    public var plugin: String
    /// By the plugin's channel schema.
    public var configuration: [String: String]
    /// By the plugin's ingress schema.
    public var ingress: [String: String]

    public init(plugin: String, configuration: [String: String], ingress: [String: String]) {
        self.plugin = plugin
        self.configuration = configuration
        self.ingress = ingress
    }
}

/// What a channel is configured with, as far as it may be shown: no secret.
public struct ChannelSettings: Sendable {
    public var channel: Channel
    /// By the plugin's channel schema.
    public var configuration: [String: String]
    /// By the plugin's ingress schema; nil where the ingress is shared with other channels and configured elsewhere.
    public var ingress: [String: String]?
}

/// What is to change of a channel's configuration. What is not named stays.
public struct ChannelChange: Sendable {
    /// By the plugin's channel schema.
    public var configuration: [String: String]
    /// By the plugin's ingress schema.
    public var ingress: [String: String]
    /// How long what comes in is also checked by the ingress's secrets from before, in minutes.
    public var overlapMinutes: Int

    public static let usualOverlap = 60
    /// Messengers repeat a webhook for a week.
    public static let overlaps = 0...10_080

    public init(
        configuration: [String: String], ingress: [String: String], overlapMinutes: Int = ChannelChange.usualOverlap
    ) {
        self.configuration = configuration
        self.ingress = ingress
        self.overlapMinutes = overlapMinutes
    }
}
