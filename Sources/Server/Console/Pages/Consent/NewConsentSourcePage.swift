/// Sets a consent source up. Without a plugin chosen, `plugin` is sent by GET; with one, `plugin`, `channel_id` and the fields of
/// `SetupForm` to `ConsolePath.consent(tenant, "sources")`.
public struct NewConsentSourcePage: ConsolePage {
    public struct Channel: Sendable, Codable {
        public var id: String
        public var name: String

        public init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    public var tenantID: String
    public var tenantName: String
    public var plugins: [ConnectChannelPage.PluginChoice]
    /// The plugin that was chosen.
    public var plugin: String?
    public var channels: [Channel]
    public var fields: [SchemaField]
    /// Whether the plugin serves pages.
    public var hasPages: Bool
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, plugins: [ConnectChannelPage.PluginChoice], plugin: String?,
        channels: [Channel], fields: [SchemaField], hasPages: Bool, form: FormState = FormState()
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.plugins = plugins
        self.plugin = plugin
        self.channels = channels
        self.fields = fields
        self.hasPages = hasPages
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let groups = groups(words)
        return .staff(
            .tenants, PageHeader(title: words["source.new"], subtitle: words["source.new_text"]),
            path: ConsentPath.crumbs(tenantID, tenantName, words),
            errors: ErrorSummary(form, fields: groups.flatMap(\.fields), words: words),
            [Block(plugin.map { settings(of: $0, groups, words) } ?? choice(words))])
    }

    private func groups(_ words: Words) -> [Form.Group] {
        guard plugin != nil else { return [] }
        return SetupForm(fields: fields, hasPages: hasPages, form: form, words: words).groups(before: [
            Field(
                "channel_id", .select, words["source.channel"], in: form, hint: words["source.channel_hint"],
                choices: channels.map { ($0.id, $0.name, nil) })
        ])
    }

    private func choice(_ words: Words) -> Section {
        Section(
            "plugins", words["connect.choose"],
            [
                Block(
                    Table(
                        words["connect.choose"], columns: [.init(words["source.plugin"]), .init(words["source.does"])],
                        rows: plugins.map { plugin in
                            [
                                .link(
                                    plugin.name,
                                    ConsolePath.query(
                                        ConsolePath.consent(tenantID, "new-source"), [("plugin", plugin.name)])),
                                .text(plugin.summary),
                            ]
                        }))
            ])
    }

    private func settings(of plugin: String, _ groups: [Form.Group], _ words: Words) -> Section {
        guard !channels.isEmpty else {
            return Section(
                "settings", plugin,
                [
                    Block(
                        EmptyState(
                            title: words["source.no_channel"], text: words["source.no_channel_text"],
                            action: ActionLink(
                                text: words["channel.connect"], href: ConsolePath.tenant(tenantID, "channels", "new"))))
                ])
        }
        return Section(
            "settings", plugin,
            [
                Block(
                    Form(
                        to: ConsolePath.consent(tenantID, "sources"), submit: words["source.create"], groups: groups,
                        hidden: [("plugin", plugin)], cancel: ConsolePath.consent(tenantID)))
            ])
    }
}
