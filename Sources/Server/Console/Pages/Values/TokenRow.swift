public import struct Foundation.Date

/// A token for the admin API.
public struct TokenRow: Sendable, Codable {
    public var id: String
    public var label: String
    public var prefix: String
    public var stage: CredentialStage
    public var createdAt: Date
    public var expiresAt: Date?

    public init(
        id: String, label: String, prefix: String, stage: CredentialStage, createdAt: Date, expiresAt: Date?
    ) {
        self.id = id
        self.label = label
        self.prefix = prefix
        self.stage = stage
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }

    static func section(
        _ tokens: [TokenRow], _ words: Words, actions: [Block] = [], revoke path: (String) -> String
    ) -> Section {
        let table = Table(
            words["tokens.title"],
            columns: [
                .init(words["key.label"]), .init(words["key.state"]), .init(words["token.created"]),
                .init(words["key.actions"], isHidden: true),
            ],
            rows: tokens.map { row in
                [
                    Inline(text: row.label, code: row.prefix + "…"),
                    Inline(
                        badge: words.badge(row.stage),
                        note: row.expiresAt.map { words("key.expires", ["day": words.day($0)]) }),
                    .moment(words.moment(row.createdAt)),
                    row.stage == .active
                        ? Inline(
                            action: ActionForm(
                                action: path(row.id), submit: words["key.revoke"], subject: row.label,
                                isDangerous: true,
                                confirmation: words("key.revoke_confirm", ["label": row.label])))
                        : Inline(),
                ]
            })
        return Section(
            "tokens", words["tokens.title"], text: words["tokens.text"],
            [
                tokens.isEmpty
                    ? Block(EmptyState(title: words["tokens.none"], text: words["tokens.none_text"])) : Block(table)
            ] + actions)
    }
}
