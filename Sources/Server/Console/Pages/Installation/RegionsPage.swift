/// The regions on offer, and the plugins with all that leaves through them.
public struct RegionsPage: ConsolePage {
    public struct Region: Sendable, Codable {
        public var facts: RegionFacts
        public var health: HealthLevel
        public var tenants: Int

        public init(facts: RegionFacts, health: HealthLevel, tenants: Int) {
            self.facts = facts
            self.health = health
            self.tenants = tenants
        }
    }

    /// As plugins declare it (Art. 28(2), 30(2), 44 to 49 GDPR).
    public struct DataFlow: Sendable, Codable {
        public var recipient: String
        public var countries: [String]
        public var dataCategories: [String]
        public var purpose: String
        public var legalBasis: String
        public var transferMechanism: String?
        public var retention: String

        public init(
            recipient: String, countries: [String], dataCategories: [String], purpose: String,
            legalBasis: String, transferMechanism: String?, retention: String
        ) {
            self.recipient = recipient
            self.countries = countries
            self.dataCategories = dataCategories
            self.purpose = purpose
            self.legalBasis = legalBasis
            self.transferMechanism = transferMechanism
            self.retention = retention
        }
    }

    public struct Plugin: Sendable, Codable {
        public var name: String
        public var id: String
        public var version: String
        public var summary: String
        public var capabilities: [String]
        public var dataFlows: [DataFlow]

        public init(
            name: String, id: String, version: String, summary: String, capabilities: [String],
            dataFlows: [DataFlow]
        ) {
            self.name = name
            self.id = id
            self.version = version
            self.summary = summary
            self.capabilities = capabilities
            self.dataFlows = dataFlows
        }
    }

    public var regions: [Region]
    public var plugins: [Plugin]

    public init(regions: [Region], plugins: [Plugin]) {
        self.regions = regions
        self.plugins = plugins
    }

    public func content(_ words: Words) -> PageContent {
        let places =
            regions.isEmpty
            ? [Block(EmptyState(title: words["regions.none"], text: words["regions.none_text"]))]
            : regions.map { Block(section($0, words)) }
        return .staff(
            .regions, PageHeader(title: words["regions.title"], subtitle: words["regions.text"]),
            places + plugins.map { Block(section($0, words)) })
    }

    private func section(_ region: Region, _ words: Words) -> Section {
        Section(
            "region-" + Field.id(of: region.facts.id), words("regions.region", ["id": region.facts.id]),
            text: words.count("regions.tenants", region.tenants), badge: words.badge(region.health),
            [Block(region.facts.facts(words))])
    }

    private func section(_ plugin: Plugin, _ words: Words) -> Section {
        let table = Table(
            words("plugins.flows_of", ["name": plugin.name]),
            columns: [
                .init(words["flow.recipient"]), .init(words["flow.countries"]), .init(words["flow.data"]),
                .init(words["flow.purpose"]), .init(words["flow.basis"]), .init(words["flow.retention"]),
            ],
            rows: plugin.dataFlows.map { flow in
                [
                    .text(flow.recipient), .lines(flow.countries.map(words.country), absence: words["flow.none"]),
                    .lines(flow.dataCategories, absence: words["flow.none"]), .text(flow.purpose),
                    .text(flow.legalBasis, note: flow.transferMechanism ?? words["flow.no_transfer"]),
                    .text(flow.retention),
                ]
            })
        return Section(
            "plugin-" + Field.id(of: plugin.id), words("plugins.plugin", ["name": plugin.name]), text: plugin.summary,
            [
                Block(
                    Facts([
                        .init(words["plugin.id"], .code(plugin.id)),
                        .init(words["plugin.version"], .code(plugin.version)),
                        .init(
                            words["plugin.capabilities"],
                            .optional(plugin.capabilities.joined(separator: ", "), absence: words["flow.none"])),
                    ])),
                plugin.dataFlows.isEmpty
                    ? Block(Notice(.good, words["plugins.nothing_leaves"])) : Block(table),
            ])
    }
}
