public import struct Foundation.Date

/// How a tenant's channels are. The tenant's page fetches its list; without scripts it is a page of its own.
public struct ChannelHealthPage: ConsolePage {
    public struct Finding: Sendable, Codable {
        public var channel: String
        public var name: String
        public var level: HealthLevel
        public var detail: String

        public init(channel: String, name: String, level: HealthLevel, detail: String) {
            self.channel = channel
            self.name = name
            self.level = level
            self.detail = detail
        }
    }

    public var tenantID: String
    public var tenantName: String
    public var findings: [Finding]
    public var askedAt: Date

    public init(tenantID: String, tenantName: String, findings: [Finding], askedAt: Date) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.findings = findings
        self.askedAt = askedAt
    }

    public func content(_ words: Words) -> PageContent {
        let table = Table(
            words["health.title"],
            columns: [.init(words["channel.number"]), .init(words["health.what"]), .init(words["health.state"])],
            rows: findings.map { [.text($0.channel), .text($0.name, note: $0.detail), .badge(words.badge($0.level))] })
        return .staff(
            .tenants, PageHeader(title: words["health.title"], subtitle: words.moment(askedAt).text),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
            ],
            [
                Block(
                    Section(
                        "findings", words["health.findings"],
                        [
                            findings.isEmpty
                                ? Block(EmptyState(title: words["health.none"], text: words["health.none_text"]))
                                : Block(table)
                        ]))
            ])
    }
}
