/// A member of staff, or a new one.
///
/// Sends `name`, `email` and `role` (several) to `ConsolePath.staff`, or to the member's own path.
public struct StaffMemberPage: ConsolePage {
    public struct Role: Sendable, Codable {
        /// e.g. `owner`.
        public var id: String
        public var permissions: [String]

        public init(id: String, permissions: [String]) {
            self.id = id
            self.permissions = permissions
        }
    }

    /// Nil for a new one.
    public var id: String?
    public var name: String
    public var isActive: Bool
    public var roles: [Role]
    public var tokens: [TokenRow]
    public var pending: [PendingApproval]
    public var mayManage: Bool
    public var form: FormState

    public init(
        id: String?, name: String, isActive: Bool, roles: [Role], tokens: [TokenRow],
        pending: [PendingApproval], mayManage: Bool, form: FormState = FormState()
    ) {
        self.id = id
        self.name = name
        self.isActive = isActive
        self.roles = roles
        self.tokens = tokens
        self.pending = pending
        self.mayManage = mayManage
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let fields = [
            Field("name", .text, words["field.name"], in: form, autocomplete: "off"),
            Field("email", .email, words["field.email"], in: form, autocomplete: "off"),
            Field(
                "role", .boxes, words["staff.role"], in: form,
                choices: roles.map {
                    ($0.id, words.word(for: $0.id, in: "role"), $0.permissions.joined(separator: ", "))
                }),
        ]
        var blocks = pending.map { Block($0.notice(words)) }
        blocks.append(
            Block(
                Section(
                    "form", words["staff.form"],
                    [
                        Block(
                            Form(
                                to: id.map { ConsolePath.member($0) } ?? ConsolePath.staff,
                                submit: words[id == nil ? "staff.create" : "form.save"], groups: [.init(fields)],
                                cancel: ConsolePath.staff))
                    ])))
        if let id {
            blocks.append(Block(TokenRow.section(tokens, words) { ConsolePath.member(id, "tokens", $0, "revoke") }))
            if mayManage, isActive {
                blocks.append(
                    Block(
                        Actions([
                            Block(
                                ActionForm(
                                    action: ConsolePath.member(id, "deactivate"), submit: words["staff.deactivate"],
                                    isDangerous: true,
                                    confirmation: words("staff.deactivate_confirm", ["name": name])))
                        ])))
            }
        }
        return .staff(
            .staff,
            PageHeader(
                title: id == nil ? words["staff.new"] : name, subtitle: id == nil ? words["staff.new_text"] : nil,
                badge: id == nil || isActive ? nil : Badge(words["staff.inactive"], .neutral)),
            path: [Breadcrumb(text: words["staff.title"], href: ConsolePath.staff)],
            errors: ErrorSummary(form, fields: fields, words: words), blocks)
    }
}
