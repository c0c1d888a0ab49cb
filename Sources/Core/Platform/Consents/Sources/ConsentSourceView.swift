public import PluginKit

/// A set-up as it is shown, in one of its versions.
public struct ConsentSourceView: Sendable {
    public var source: ConsentSource
    /// Which of its versions is shown here.
    public var version: Int
    public var configuration: JSON
    public var profileVersion: Int
    /// Names and versions, in the order in which they are shown.
    public var purposes: [(name: String, version: Int)]
    /// False while it goes on with former terms, as the present ones do not fit its configuration.
    public var showsCurrentTerms: Bool
    /// What would be wrong with the terms as they are now, by path.
    public var problems: [PlatformError.Field]
    /// Whether its plugin serves pages.
    public var isPublic: Bool { publicPlugin != nil }
    /// Whether it is reached under `/s/{id}`.
    public var isReached: Bool { isPublic && !source.isInChatAlone }
    private let setup: SourceSetup
    private let publicPlugin: (any PublicConsentSource)?

    init(
        _ placed: PlacedSource, showsCurrentTerms: Bool, problems: [PlatformError.Field],
        publicPlugin: (any PublicConsentSource)?
    ) {
        source = placed.source
        version = placed.setup.version
        configuration = placed.setup.configuration
        profileVersion = placed.profileVersion
        purposes = placed.setup.terms.purposes.map { ($0.name, $0.version) }
        self.showsCurrentTerms = showsCurrentTerms
        self.problems = problems
        setup = placed.setup
        self.publicPlugin = publicPlugin
    }

    /// What the tenant puts into its pages, as HTML; nil for a source without pages, one that asks in the chat alone, or one
    /// that is reached by a link alone.
    /// - Parameter base: where the server is reached from outside, without a slash at the end.
    public func snippet(base: String) -> String? {
        isReached ? publicPlugin?.snippet(for: setup, base: base) : nil
    }
}

/// What a set-up is made with.
public struct NewConsentSource: Sendable {
    /// Name of a consent-source plugin.
    public var plugin: String
    public var channel: ChannelID
    /// The tenant's own words for it.
    public var name: String
    public var origins: [String]
    public var configuration: JSON
    /// Whether people are asked at once.
    public var isActive: Bool

    public init(
        plugin: String, channel: ChannelID, name: String, origins: [String] = [], configuration: JSON,
        isActive: Bool = true
    ) {
        self.plugin = plugin
        self.channel = channel
        self.name = name
        self.origins = origins
        self.configuration = configuration
        self.isActive = isActive
    }
}

/// What is to be another in a set-up; what is nil stays.
public struct ConsentSourceChange: Sendable {
    public var name: String?
    public var origins: [String]?
    public var configuration: JSON?

    public init(name: String? = nil, origins: [String]? = nil, configuration: JSON? = nil) {
        self.name = name
        self.origins = origins
        self.configuration = configuration
    }
}
