public import struct Foundation.Date

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
    /// Announced for a day to come.
    public var coming: [Coming]

    public struct Coming: Sendable, Codable {
        public var name: String
        public var from: Date

        public init(name: String, from: Date) {
            self.name = name
            self.from = from
        }
    }

    public init(
        id: String, country: String, place: String, operatorName: String, parent: String?,
        parentCountry: String?, isUnderForeignLaw: Bool, subProcessors: [String], coming: [Coming] = []
    ) {
        self.id = id
        self.country = country
        self.place = place
        self.operatorName = operatorName
        self.parent = parent
        self.parentCountry = parentCountry
        self.isUnderForeignLaw = isUnderForeignLaw
        self.subProcessors = subProcessors
        self.coming = coming
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
        if !coming.isEmpty {
            let lines = coming.map { words("region.coming_from", ["name": $0.name, "day": words.day($0.from)]) }
            items.append(.init(words["region.coming"], .lines(lines, absence: "")))
        }
        return Facts(items)
    }
}
