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
    /// Of those that are announced, the day from which on they are engaged (`YYYY-MM-DD`), by name. It stands in notice and annex;
    /// that another day is named, or none any more, is no change by itself.
    public var subProcessorsFrom: [String: String]?

    private enum CodingKeys: String, CodingKey {
        case id, country, place
        case `operator` = "operator"
        case operatorParent = "operator_parent"
        case operatorParentCountry = "operator_parent_country"
        case subProcessors = "sub_processors"
        case subProcessorsFrom = "sub_processors_from"
    }

    /// - Parameter withComing: whether those are among the sub-processors who are announced for a day to come.
    public init(id: String, _ jurisdiction: Jurisdiction, withComing: Bool = true) {
        self.id = id
        country = jurisdiction.country
        place = jurisdiction.place
        `operator` = jurisdiction.operator
        operatorParent = jurisdiction.operatorParent
        operatorParentCountry = jurisdiction.operatorParentCountry
        let coming = withComing ? jurisdiction.comingSubProcessors : []
        subProcessors = jurisdiction.subProcessors + coming.map(\.name)
        subProcessorsFrom =
            coming.isEmpty
            ? nil : Dictionary(coming.map { ($0.name, String($0.from.rfc3339.prefix(10))) }) { first, _ in first }
    }
}
