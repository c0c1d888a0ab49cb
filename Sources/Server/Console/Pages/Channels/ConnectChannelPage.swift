/// Connects a number. The form is made from the plugin's configuration schemas.
///
/// Without a plugin chosen, `plugin` is sent by GET; with one, `configuration.{key}` and `ingress.{key}` to
/// `ConsolePath.tenant(id, "channels")`.
public struct ConnectChannelPage: ConsolePage {
    public struct PluginChoice: Sendable, Codable {
        public var name: String
        public var summary: String

        public init(name: String, summary: String) {
            self.name = name
            self.summary = summary
        }
    }

    public var tenantID: String
    public var tenantName: String
    public var plugins: [PluginChoice]
    /// The plugin that was chosen.
    public var plugin: String?
    public var fields: [SchemaField]
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, plugins: [PluginChoice], plugin: String?, fields: [SchemaField],
        form: FormState = FormState()
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.plugins = plugins
        self.plugin = plugin
        self.fields = fields
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        .staff(
            .tenants, PageHeader(title: words["connect.title"], subtitle: words["connect.text"]),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
            ],
            errors: ErrorSummary(
                form, order: fields.map(\.name),
                labels: Dictionary(fields.map { ($0.name, $0.key) }, uniquingKeysWith: { $1 }), words: words),
            plugin.map { [Block(settings(of: $0, words))] } ?? [Block(choice(words))])
    }

    private func choice(_ words: Words) -> Section {
        Section(
            "plugins", words["connect.choose"],
            plugins.isEmpty
                ? [Block(EmptyState(title: words["connect.none"], text: words["connect.none_text"]))]
                : [
                    Block(
                        Table(
                            words["connect.choose"],
                            columns: [.init(words["channel.plugin"]), .init(words["connect.summary"])],
                            rows: plugins.map { plugin in
                                [
                                    .link(
                                        plugin.name,
                                        ConsolePath.query(
                                            ConsolePath.tenant(tenantID, "channels", "new"),
                                            [("plugin", plugin.name)])), .text(plugin.summary),
                                ]
                            }))
                ])
    }

    private func settings(of plugin: String, _ words: Words) -> Section {
        Section(
            "settings", plugin, text: words["connect.settings_text"],
            [
                Block(
                    Form(
                        to: ConsolePath.tenant(tenantID, "channels"), submit: words["connect.submit"],
                        groups: [.init(fields.map { field($0, words) })], hidden: [("plugin", plugin)],
                        cancel: ConsolePath.tenant(tenantID)))
            ])
    }

    private func field(_ field: SchemaField, _ words: Words) -> Field {
        field.field(in: form, note: field.isSecret ? words["connect.secret_hint"] : nil, words)
    }
}
