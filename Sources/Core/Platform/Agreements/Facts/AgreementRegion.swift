public import PluginKit

/// Where the data are, and under whose law: a region's `Jurisdiction` under its name.
public struct AgreementRegion: Sendable, Hashable, Codable {
    /// The region's name in this installation, e.g. `eu-central`.
    public var id: String
    /// ISO 3166-1 alpha-2.
    public var country: String
    public var place: String
    public var `operator`: String
    public var operatorParent: String?
    public var operatorParentCountry: String?
    /// Whom the operator engages. They are in the region's country: a region is of one jurisdiction.
    public var subProcessors: [String]

    private enum CodingKeys: String, CodingKey {
        case id, country, place
        case `operator` = "operator"
        case operatorParent = "operator_parent"
        case operatorParentCountry = "operator_parent_country"
        case subProcessors = "sub_processors"
    }

    public init(id: String, _ jurisdiction: Jurisdiction) {
        self.id = id
        country = jurisdiction.country
        place = jurisdiction.place
        `operator` = jurisdiction.operator
        operatorParent = jurisdiction.operatorParent
        operatorParentCountry = jurisdiction.operatorParentCountry
        subProcessors = jurisdiction.subProcessors
    }
}
