public import PluginKit

/// Somebody whom a plugin in use hands data to: a `DataFlow` as the agreement keeps it.
public struct AgreementRecipient: Sendable, Hashable, Codable {
    /// The plugin's name, e.g. `whatsapp-cloud`.
    public var plugin: String
    /// The flow's id within the plugin, e.g. `message-delivery`. Together they say that two states of the facts mean the
    /// same flow.
    public var flow: String
    public var name: BilingualText
    /// ISO 3166-1 alpha-2.
    public var countries: [String]
    public var dataCategories: [BilingualText]
    public var purpose: BilingualText
    public var legalBasis: BilingualText
    /// nil only when every country is in the EEA.
    public var transferMechanism: BilingualText?
    public var retention: BilingualText

    private enum CodingKeys: String, CodingKey {
        case plugin, flow, name, countries, purpose, retention
        case dataCategories = "data_categories"
        case legalBasis = "legal_basis"
        case transferMechanism = "transfer_mechanism"
    }

    /// The German words are those that the plugin declares; where it has none, the English ones stand.
    /// - Parameter plugin: The plugin's name.
    public init(plugin: String, _ flow: DataFlow) {
        let german = flow.translations["de"] ?? DataFlow.Wording()
        self.plugin = plugin
        self.flow = flow.id
        name = BilingualText(german: german.recipient ?? flow.recipient, english: flow.recipient)
        countries = flow.countries
        let categories = german.dataCategories ?? flow.dataCategories
        dataCategories =
            categories.count == flow.dataCategories.count
            ? zip(categories, flow.dataCategories).map { BilingualText(german: $0, english: $1) }
            : flow.dataCategories.map { BilingualText($0) }
        purpose = BilingualText(german: german.purpose ?? flow.purpose, english: flow.purpose)
        legalBasis = BilingualText(german: german.legalBasis ?? flow.legalBasis, english: flow.legalBasis)
        transferMechanism = flow.transferMechanism.map {
            BilingualText(german: german.transferMechanism ?? $0, english: $0)
        }
        retention = BilingualText(german: german.retention ?? flow.retention, english: flow.retention)
    }

    /// Countries outside the EEA, where a transfer needs a basis (GDPR Art. 44 to 49).
    public var thirdCountries: [String] {
        countries.filter { !Jurisdiction.eeaCountries.contains($0) }
    }
}
