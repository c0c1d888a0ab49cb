/// The version of the kit that this source declares; a plugin built for another major version is refused at start.
public let pluginKitVersion = "1.0.0"

/// What a plugin says of itself before it is asked to do anything.
public struct PluginManifest: Sendable, Hashable {
    /// Reverse-DNS, unique in an installation, e.g. `eu.obhut.whatsapp-cloud`.
    public var id: String
    /// The short name in paths, commands and tables, e.g. `whatsapp-cloud`: lower-case letters, digits, `-`.
    public var name: String
    /// The plugin's own version.
    public var version: String
    /// The kit it was written for.
    public var kitVersion: String
    /// One sentence for people.
    public var summary: String
    /// What the plugin can do, as `obhut plugins` lists it, e.g. `text`, `media-by-id`, `health`.
    public var capabilities: [String]
    /// Everything that leaves for somebody else. The agreement's annexes are generated from these, so a flow that is not
    /// declared must not happen. Empty means: nothing leaves.
    public var dataFlows: [DataFlow]

    public init(
        id: String, name: String, version: String, kitVersion: String = pluginKitVersion, summary: String,
        capabilities: [String], dataFlows: [DataFlow]
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.kitVersion = kitVersion
        self.summary = summary
        self.capabilities = capabilities
        self.dataFlows = dataFlows
    }
}

/// One recipient of personal data, as Art. 28(2), 30(2) and 44 to 49 GDPR want it described.
public struct DataFlow: Sendable, Hashable {
    /// Unique within the plugin, stable between its versions, e.g. `message-delivery`.
    public var id: String
    public var recipient: String
    /// Where the recipient processes, ISO 3166-1 alpha-2.
    public var countries: [String]
    /// e.g. `recipient's address`, `message content`.
    public var dataCategories: [String]
    public var purpose: String
    /// e.g. `Art. 6(1)(a) GDPR`.
    public var legalBasis: String
    /// What allows the transfer to a third country; nil only when every country is in the EEA.
    public var transferMechanism: String?
    /// How long the recipient keeps it, in words.
    public var retention: String
    /// The same words in other languages, by ISO 639-1 code, e.g. `de`: agreements are made in the parties' language. The
    /// words above are in English.
    public var translations: [String: Wording]

    /// The words of a flow in another language; nil stays as it is in English.
    public struct Wording: Sendable, Hashable {
        public var recipient: String?
        /// As many as the flow has, in its order; others are not taken.
        public var dataCategories: [String]?
        public var purpose: String?
        public var legalBasis: String?
        public var transferMechanism: String?
        public var retention: String?

        public init(
            recipient: String? = nil, dataCategories: [String]? = nil, purpose: String? = nil,
            legalBasis: String? = nil, transferMechanism: String? = nil, retention: String? = nil
        ) {
            self.recipient = recipient
            self.dataCategories = dataCategories
            self.purpose = purpose
            self.legalBasis = legalBasis
            self.transferMechanism = transferMechanism
            self.retention = retention
        }
    }

    public init(
        id: String, recipient: String, countries: [String], dataCategories: [String], purpose: String,
        legalBasis: String,
        transferMechanism: String?, retention: String, translations: [String: Wording] = [:]
    ) {
        self.id = id
        self.recipient = recipient
        self.countries = countries
        self.dataCategories = dataCategories
        self.purpose = purpose
        self.legalBasis = legalBasis
        self.transferMechanism = transferMechanism
        self.retention = retention
        self.translations = translations
    }
}

/// What every plugin has.
public protocol Plugin: Sendable {
    var manifest: PluginManifest { get }
}
