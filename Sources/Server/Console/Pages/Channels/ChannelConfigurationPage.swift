public import struct Foundation.Date

/// Changes what a channel is configured with. Secrets are only ever written: an empty field keeps what is there.
///
/// Sends `configuration.{key}`, `ingress.{key}`, `overlap` (minutes) and `revision` to
/// `ConsolePath.channel(tenant, id, "configuration")`.
public struct ChannelConfigurationPage: ConsolePage {
    public var tenantID: String
    public var tenantName: String
    public var id: String
    public var name: String
    /// Those of the channel, without the number itself, which stays.
    public var configuration: [SchemaField]
    /// Those of its ingress; empty where it is shared with other channels.
    public var ingress: [SchemaField]
    /// When each secret was last given, by field name.
    public var changedAt: [String: Date]
    /// As the channel was when the page was made.
    public var revision: Int
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, id: String, name: String, configuration: [SchemaField],
        ingress: [SchemaField], changedAt: [String: Date], revision: Int, form: FormState
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.id = id
        self.name = name
        self.configuration = configuration
        self.ingress = ingress
        self.changedAt = changedAt
        self.revision = revision
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let channel = configuration.map { field($0, words) }
        let overlap = Field(
            "overlap", .number, words["configure.overlap"], in: form, hint: words["configure.overlap_hint"])
        let webhook = ingress.isEmpty ? [] : ingress.map { field($0, words) } + [overlap]
        var groups = [Form.Group(words["configure.channel"], channel)]
        if !webhook.isEmpty { groups.append(Form.Group(words["configure.ingress"], webhook)) }
        return .staff(
            .tenants, PageHeader(title: words["configure.title"], subtitle: words["configure.text"]),
            path: [
                Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants),
                Breadcrumb(text: tenantName, href: ConsolePath.tenant(tenantID)),
                Breadcrumb(text: name, href: ConsolePath.channel(tenantID, id)),
            ], errors: ErrorSummary(form, fields: channel + webhook, words: words),
            [
                Block(
                    Section(
                        "settings", name,
                        [
                            Block(
                                Form(
                                    to: ConsolePath.channel(tenantID, id, "configuration"), submit: words["form.save"],
                                    groups: groups, hidden: [("revision", String(revision))],
                                    cancel: ConsolePath.channel(tenantID, id)))
                        ]))
            ])
    }

    private func field(_ field: SchemaField, _ words: Words) -> Field {
        guard field.isSecret else { return field.field(in: form, words) }
        let note =
            changedAt[field.name].map { words("configure.secret_kept", ["day": words.day($0)]) }
            ?? words["configure.secret_absent"]
        return field.field(in: form, note: note, isRequired: false, words)
    }
}
