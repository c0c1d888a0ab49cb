public import struct Foundation.Date

/// One set-up: what it shows, the tag for the tenant's pages, and how it is changed.
///
/// Sends the fields of `SetupForm` with `revision` to `ConsolePath.consent(tenant, "sources", id)`, and `revision` with an action.
public struct ConsentSourcePage: ConsolePage {
    /// As `ConsolePath.consent(tenant, "sources", id, action)` takes it by POST.
    public enum Action: String, Sendable, Codable, CaseIterable { case pause, resume, retire }

    public var tenantID: String
    public var tenantName: String
    public var id: String
    public var name: String
    public var plugin: String
    public var channel: String
    public var stage: ConsentSourceStage
    public var version: Int
    /// Names of the purposes that people are asked for.
    public var purposes: [String]
    /// What would be wrong with the terms as they are now; none while it shows them.
    public var problems: [String]
    /// What goes into the tenant's pages; nil for a source without.
    public var snippet: String?
    public var fields: [SchemaField]
    public var hasPages: Bool
    public var createdAt: Date
    public var updatedAt: Date
    public var actions: [Action]
    public var mayManage: Bool
    public var form: FormState

    public init(
        tenantID: String, tenantName: String, id: String, name: String, plugin: String, channel: String,
        stage: ConsentSourceStage, version: Int, purposes: [String], problems: [String], snippet: String?,
        fields: [SchemaField], hasPages: Bool, createdAt: Date, updatedAt: Date, actions: [Action], mayManage: Bool,
        form: FormState
    ) {
        self.tenantID = tenantID
        self.tenantName = tenantName
        self.id = id
        self.name = name
        self.plugin = plugin
        self.channel = channel
        self.stage = stage
        self.version = version
        self.purposes = purposes
        self.problems = problems
        self.snippet = snippet
        self.fields = fields
        self.hasPages = hasPages
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.actions = actions
        self.mayManage = mayManage
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let groups =
            mayManage && stage != .retired
            ? SetupForm(fields: fields, hasPages: hasPages, form: form, words: words).groups() : []
        let former = Notice(
            .warning, title: words["source.former_terms"], words["source.former_terms_text"], lines: problems)
        return .staff(
            .tenants, PageHeader(title: name, badge: words.badge(stage)),
            path: ConsentPath.crumbs(tenantID, tenantName, words),
            errors: ErrorSummary(form, fields: groups.flatMap(\.fields), words: words),
            (problems.isEmpty ? [] : [Block(former)]) + [Block(facts(words))]
                + (snippet.map { [Block(page($0, words))] } ?? [])
                + (groups.isEmpty ? [] : [Block(change(groups, words))]))
    }

    private func facts(_ words: Words) -> Section {
        let facts = Facts([
            .init(words["source.plugin"], .code(plugin)),
            .init(words["source.channel"], .text(channel)),
            .init(
                words["source.version"],
                Inline(text: words.number(version), moment: words.moment(updatedAt))),
            .init(words["consent.purposes"], .lines(purposes, absence: words["source.no_purposes"])),
            .init(words["source.created"], .moment(words.moment(createdAt))),
            .init(words["source.id"], .code(id)),
        ])
        let forms = actions.map { action -> Block in
            let key = "source.action." + action.rawValue
            return Block(
                ActionForm(
                    action: ConsolePath.consent(tenantID, "sources", id, action.rawValue), submit: words[key],
                    isDangerous: action == .retire,
                    confirmation: action == .resume ? nil : words(key + ".confirm", ["name": name])))
        }
        return Section(
            "facts", words["source.facts"], [Block(facts)] + (forms.isEmpty ? [] : [Block(Actions(forms))]))
    }

    private func page(_ snippet: String, _ words: Words) -> Section {
        Section(
            "snippet", words["source.snippet"], text: words["source.snippet_text"],
            actions: stage == .active
                ? [
                    ActionLink(
                        text: words["source.preview"], href: ConsolePath.consent(tenantID, "sources", id, "preview"))
                ] : [],
            [Block(SecretOnce(id: "tag", label: words["source.tag"], value: snippet))])
    }

    private func change(_ groups: [Form.Group], _ words: Words) -> Section {
        Section(
            "settings", words["source.settings"], text: words["source.settings_text"],
            [
                Block(
                    Form(
                        to: ConsolePath.consent(tenantID, "sources", id), submit: words["form.save"], groups: groups,
                        hidden: [("revision", form.values["revision"]?.first ?? "")],
                        cancel: ConsolePath.consent(tenantID)))
            ])
    }
}
