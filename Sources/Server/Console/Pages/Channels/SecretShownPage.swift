/// A key or token that was just made. It is nowhere else: only its hash is stored.
public struct SecretShownPage: ConsolePage {
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case apiKey = "api_key"
        /// In the place of another, which goes on for a while.
        case rotatedKey = "rotated_key"
        case staffToken = "staff_token"
        case noticeLink = "notice_link"
        /// With which a new member sets password and authenticator, at `ConsolePath.reset`.
        case memberToken = "member_token"
    }

    public var kind: Kind
    public var label: String
    public var secret: String
    /// The tenant whose key it is.
    public var tenantID: String?

    public init(kind: Kind, label: String, secret: String, tenantID: String? = nil) {
        self.kind = kind
        self.label = label
        self.secret = secret
        self.tenantID = tenantID
    }

    public func content(_ words: Words) -> PageContent {
        let back =
            kind == .memberToken
            ? ConsolePath.staff : tenantID.map { ConsolePath.tenant($0) + "#keys" } ?? ConsolePath.account
        return .staff(
            kind == .memberToken ? .staff : tenantID == nil ? .account : .tenants,
            PageHeader(title: words.name(of: kind, in: "secret.title")),
            [
                Block(Notice(.warning, title: words["secret.once"], words.name(of: kind, in: "secret.text"))),
                Block(
                    Section(
                        "secret", label,
                        [Block(SecretOnce(id: "value", label: words["secret.value"], value: secret))])),
                Block(Actions([Block(ActionLink(text: words["secret.done"], href: back, isPrimary: true))])),
            ])
    }
}
