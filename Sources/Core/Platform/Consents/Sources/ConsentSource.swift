public import PluginKit
public import Postgres

public import struct Foundation.Date

/// A set-up of a consent source: where a tenant asks people.
public struct ConsentSource: Sendable, Hashable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        case active, paused
        /// Over for good; its versions stay, as evidence names them.
        case retired
    }

    public var id: ConsentSourceID
    public var plugin: String
    public var channel: ChannelID
    public var name: String
    /// Whether it asks in the chat.
    public var converses: Bool
    public var state: State
    /// Of configuration and terms together: evidence names it.
    public var version: Int
    /// Web origins of the tenant's pages that may use it.
    public var origins: [String]
    /// Grows with every change of what is shown of it.
    public var revision: Int
    public var createdAt: Date
    public var updatedAt: Date

    /// Whether it is on no page: a source that asks in the chat is on those that it names.
    public var isInChatAlone: Bool { converses && origins.isEmpty }
}

extension ConsentSource.State: PostgresEnum {}

/// A set-up in one version, as a plugin is handed it.
public struct PlacedSource: Sendable {
    public var source: ConsentSource
    public var setup: SourceSetup
    /// Of the profile within the version's terms.
    public var profileVersion: Int
    /// The channel's plugin: makes links into the chat.
    public var channelPlugin: String
}
