/// A consent source that a tenant sets up, as often as it likes: each set-up has a channel, a name, and what the plugin lets it choose.
/// A set-up is kept in versions, so that evidence can name the one that a person saw.
public protocol ConfiguredConsentSource: ConsentSourcePlugin {
    /// All that is wrong with a configuration, at once. Called before anything is stored; hostile input.
    /// - Returns: fields by JSON path within the configuration; empty when it can be used with these terms.
    func problems(in configuration: JSON, with terms: ConsentTerms) -> [ConsentRefusal]
}

extension ConfiguredConsentSource {
    /// A source that people act on directly takes no declarations.
    public func consentEvent(from submission: ConsentSubmission) throws(ConsentRefusal) -> ConsentEventDraft {
        throw ConsentRefusal(
            field: "source",
            problem: "\(manifest.name) records what people do themselves; declare through another source")
    }
}

/// A set-up as a plugin sees it during one call.
public struct SourceSetup: Sendable {
    /// Stable; stands in public addresses.
    public var id: String
    /// Of the configuration; part of the evidence.
    public var version: Int
    /// What `problems` found nothing wrong with.
    public var configuration: JSON
    public var terms: ConsentTerms
    /// The channel's address as people know it, e.g. `+49 30 901820`; nil while the messenger has not told it.
    public var channelAddress: String?

    public init(id: String, version: Int, configuration: JSON, terms: ConsentTerms, channelAddress: String?) {
        self.id = id
        self.version = version
        self.configuration = configuration
        self.terms = terms
        self.channelAddress = channelAddress
    }
}
