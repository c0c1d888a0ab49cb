/// What opens the account when the authenticator is lost; shown once, when it is set up.
public struct RecoveryCodesPage: ConsolePage {
    public var codes: [String]
    /// Where it goes on.
    public var next: String

    public init(codes: [String], next: String) {
        self.codes = codes
        self.next = next
    }

    public func content(_ words: Words) -> PageContent {
        .bare(
            PageHeader(title: words["recovery.title"], subtitle: words["recovery.text"]),
            [
                Block(SecretOnce(id: "codes", label: words["recovery.codes"], value: codes.joined(separator: "\n"))),
                Block(
                    Actions([
                        Block(
                            ActionLink(
                                text: words["secret.done"], href: ConsolePath.own(next) ?? ConsolePath.root,
                                isPrimary: true))
                    ])),
            ])
    }
}
