/// A region's place and law: an EU data centre of a foreign group is under two laws at once, so both are said.
public struct RegionFacts: Sendable, Codable {
    public var id: String
    /// ISO 3166-1 alpha-2.
    public var country: String
    public var place: String
    public var operatorName: String
    public var parent: String?
    public var parentCountry: String?
    /// The parent is under the law of a country outside the EEA.
    public var isUnderForeignLaw: Bool
    public var subProcessors: [String]

    public init(
        id: String, country: String, place: String, operatorName: String, parent: String?,
        parentCountry: String?, isUnderForeignLaw: Bool, subProcessors: [String]
    ) {
        self.id = id
        self.country = country
        self.place = place
        self.operatorName = operatorName
        self.parent = parent
        self.parentCountry = parentCountry
        self.isUnderForeignLaw = isUnderForeignLaw
        self.subProcessors = subProcessors
    }

    func facts(_ words: Words) -> Facts {
        var items: [Facts.Fact] = [
            .init(words["region.id"], .code(id)),
            .init(words["region.place"], .text("\(place), \(words.country(country))")),
            .init(words["region.operator"], .text(operatorName)),
        ]
        if let parent {
            items.append(
                .init(words["region.parent"], .text(parent, note: parentCountry.map(words.country))))
        }
        if isUnderForeignLaw {
            items.append(.init(words["region.law"], .badge(Badge(words["region.foreign_law"], .warning))))
        } else {
            items.append(.init(words["region.law"], .text(words["region.eea_law"])))
        }
        items.append(
            .init(words["region.sub_processors"], .lines(subProcessors, absence: words["region.no_sub_processors"])))
        return Facts(items)
    }
}
