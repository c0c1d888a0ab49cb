public import struct Foundation.Date

/// One channel: what it is, where its messenger posts, and how to change, stop or move it.
public struct ChannelPage: ConsolePage {
    /// As `ConsolePath.channel(tenant, id, action)` takes it by POST: `stop` and `disconnect` with `{action}.reason`;
    /// `configuration` and `move` are pages of their own.
    public enum Action: String, Sendable, Codable, CaseIterable { case start, configuration, move, stop, disconnect }

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
    /// When each secret was last given, by its path such as `configuration.access_token`.
    public var secrets: [String: Date]
    public var actions: [Action]
    public var pending: [PendingApproval]
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, id: String, name: String, plugin: String, stage: ChannelStage,
        stoppedBecause: String? = nil, address: String, ingressURL: String, createdAt: Date,
        secrets: [String: Date] = [:], actions: [Action], pending: [PendingApproval] = [], form: FormState = FormState()
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
        self.secrets = secrets
        self.actions = actions
        self.pending = pending
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let facts = Facts([
            .init(words["channel.plugin"], .code(plugin)),
            .init(words["channel.address"], .code(address)),
            .init(words["channel.ingress"], .code(ingressURL, note: words["channel.ingress_note"])),
            .init(words["channel.connected"], .moment(words.moment(createdAt))),
        ])
        let stopped = stoppedBecause.map { Notice(.warning, title: words["channel.stopped"], $0) }
        var blocks = pending.map { Block($0.notice(words)) } + [Block](stopped)
        blocks.append(
            Block(
                Section(
                    "facts", words["channel.facts"],
                    [Block(facts)] + (actions.isEmpty ? [] : [Block(Actions(actions.map { block($0, words) }))]))))
        if !secrets.isEmpty { blocks.append(Block(secretSection(words))) }
        return .staff(
            .tenants, PageHeader(title: name, badge: words.badge(stage)),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
            ], errors: ErrorSummary(form, reasonsOf: Action.allCases, in: "channel.action", words), blocks)
    }

    private func block(_ action: Action, _ words: Words) -> Block {
        let key = "channel.action." + action.rawValue
        let path = ConsolePath.channel(tenantID, id, action.rawValue)
        switch action {
        case .configuration, .move: return Block(ActionLink(text: words[key], href: path))
        case .start: return Block(ActionForm(action: path, submit: words[key], isPrimary: true))
        case .stop, .disconnect:
            return Block(
                Disclosure(
                    reasoned: action.rawValue, key, to: path, in: form, isDangerous: true,
                    confirmation: words(key + ".confirm", ["name": name]), words))
        }
    }

    /// What they are is nowhere shown; since when they hold is.
    private func secretSection(_ words: Words) -> Section {
        Section(
            "secrets", words["channel.secrets"], text: words["channel.secrets_text"],
            [
                Block(
                    Facts(
                        secrets.sorted { $0.key < $1.key }.map {
                            .init(
                                $0.key.split(separator: ".").last.map(String.init) ?? $0.key,
                                .moment(words.moment($0.value)))
                        }))
            ])
    }
}
