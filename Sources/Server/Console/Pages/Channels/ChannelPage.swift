public import struct Foundation.Date

/// One channel: what it is, where its messenger posts, and how to stop it.
public struct ChannelPage: ConsolePage {
    /// As `ConsolePath.channel(tenant, id, action)` takes it by POST.
    public enum Action: String, Sendable, Codable, CaseIterable { case stop, start, disconnect }

    public var tenantID: String
    public var tenantName: String
    public var id: String
    public var name: String
    public var plugin: String
    public var stage: ChannelStage
    public var stoppedBecause: String?
    public var address: String
    /// With host, to be entered at the messenger.
    public var ingressURL: String
    public var createdAt: Date
    public var actions: [Action]

    public init(
        tenantID: String, tenantName: String, id: String, name: String, plugin: String, stage: ChannelStage,
        stoppedBecause: String? = nil, address: String, ingressURL: String, createdAt: Date, actions: [Action]
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.id = id
        self.name = name
        self.plugin = plugin
        self.stage = stage
        self.stoppedBecause = stoppedBecause
        self.address = address
        self.ingressURL = ingressURL
        self.createdAt = createdAt
        self.actions = actions
    }

    public func content(_ words: Words) -> PageContent {
        let facts = Facts([
            .init(words["channel.plugin"], .code(plugin)),
            .init(words["channel.address"], .code(address)),
            .init(words["channel.ingress"], .code(ingressURL, note: words["channel.ingress_note"])),
            .init(words["channel.connected"], .moment(words.moment(createdAt))),
        ])
        let forms = actions.map { action -> Block in
            let key = "channel.action." + action.rawValue
            return Block(
                ActionForm(
                    action: ConsolePath.channel(tenantID, id, action.rawValue), submit: words[key],
                    isDangerous: action != .start,
                    confirmation: action == .start ? nil : words(key + ".confirm", ["name": name])))
        }
        return .staff(
            .tenants, PageHeader(title: name, badge: words.badge(stage)),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
            ],
            (stoppedBecause.map { [Block(Notice(.warning, title: words["channel.stopped"], $0))] } ?? []) + [
                Block(
                    Section(
                        "facts", words["channel.facts"],
                        [Block(facts)] + (forms.isEmpty ? [] : [Block(Actions(forms))])))
            ])
    }
}
